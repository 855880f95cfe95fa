/**
 * What an expression made of a visitor's words goes into a request line or a Location field only
 * where it can't end the line: bytes that must not stand there are percent-encoded.
 */
const UNFIT_IN_PATH = /[^!-~]|[?#]/g;
const UNFIT_IN_QUERY = /[^!-~]|#/g;

/** A path for the origin; undefined where it is none. */
export function pathText(text: string | undefined): string | undefined {
  if (text?.startsWith("/") !== true) return undefined;
  return text.replace(UNFIT_IN_PATH, percent);
}

export function queryText(text: string | undefined): string | undefined {
  return text?.replace(UNFIT_IN_QUERY, percent);
}

/** A URL or an absolute path for Location, null where it is neither; `query` is put behind it. */
export function location(text: string | undefined, query: string): string | null {
  if (text === undefined || !/^(?:https?:\/\/[^/?#]|\/)/i.test(text)) return null;
  // `//host` and `/\host` would lead to another site, where a path was meant.
  const clean = text.replace(/^\/[\\/]+/, "/").replace(/[^!-~]/g, percent);
  if (query === "") return clean;
  const fragment = clean.indexOf("#");
  const before = fragment < 0 ? clean : clean.slice(0, fragment);
  const after = fragment < 0 ? "" : clean.slice(fragment);
  return `${before}${before.includes("?") ? "&" : "?"}${query.replace(UNFIT_IN_QUERY, percent)}${after}`;
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
