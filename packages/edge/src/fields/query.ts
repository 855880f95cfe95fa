/** Parameters of a query as they were written: nothing is decoded. */
export interface Pairs {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly map: ReadonlyMap<string, readonly string[]>;
}

const NONE: Pairs = { names: [], values: [], map: new Map() };

export function readPairs(query: string): Pairs {
  if (query === "") return NONE;
  const names: string[] = [];
  const values: string[] = [];
  const map = new Map<string, string[]>();
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? "" : pair.slice(equals + 1);
    names.push(name);
    values.push(value);
    const known = map.get(name);
    if (known === undefined) map.set(name, [value]);
    else known.push(value);
  }
  return { names, values, map };
}

/** What follows the last dot of the last segment, lower case; "" where nothing stands before it. */
export function extensionOf(path: string): string {
  const segment = path.slice(path.lastIndexOf("/") + 1);
  const dot = segment.lastIndexOf(".");
  return dot < 1 ? "" : segment.slice(dot + 1).toLowerCase();
}
