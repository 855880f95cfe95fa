/** A path pattern of an order, cut at its stars. `*` stands for any run of characters, `/` included. */
export interface PathPattern {
  readonly path: readonly string[];
  /** Null: whatever the query is. */
  readonly query: readonly string[] | null;
}

/** `/a/*` and `/show?id=7` alike: with a `?` the query must match too. */
export function compilePathPattern(text: string): PathPattern {
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  return {
    path: path.split("*").map(decodeOnce),
    query:
      mark < 0
        ? null
        : text
            .slice(mark + 1)
            .split("*")
            .map(decodeOnce),
  };
}

/** The target of a request as patterns see it, so that no other spelling of it slips past an order. */
export interface PatternSubject {
  readonly path: string;
  readonly query: string;
}

/**
 * Percent-encoding undone once, dot segments resolved (RFC 3986, section 5.2.4), repeated slashes
 * merged. Origins disagree on these spellings, so an order must hold for all of them.
 */
export function patternSubject(target: string): PatternSubject {
  const mark = target.indexOf("?");
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? "" : target.slice(mark + 1);
  return { path: plainPath(decodeOnce(rawPath)), query: decodeOnce(rawQuery) };
}

export function matchesPathPattern(pattern: PathPattern, subject: PatternSubject): boolean {
  return (
    matchesParts(pattern.path, subject.path) &&
    (pattern.query === null || matchesParts(pattern.query, subject.query))
  );
}

/** First and last part are anchored, those between are found leftmost: no backtracking is needed. */
function matchesParts(parts: readonly string[], text: string): boolean {
  const first = parts[0] as string;
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1] as string;
  const end = text.length - last.length;
  if (!text.startsWith(first) || end < first.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (let i = 1; i < parts.length - 1; i++) {
    const part = parts[i] as string;
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** Each valid %XX becomes its byte (as a latin1 char); anything else stays as it is. */
function decodeOnce(text: string): string {
  let at = text.indexOf("%");
  if (at < 0) return text;
  let out = "";
  let from = 0;
  while (at >= 0) {
    const high = hexValue(text.charCodeAt(at + 1));
    const low = hexValue(text.charCodeAt(at + 2));
    if (high >= 0 && low >= 0) {
      out += text.slice(from, at) + String.fromCharCode(high * 16 + low);
      from = at + 3;
    }
    at = text.indexOf("%", high >= 0 && low >= 0 ? from : at + 1);
  }
  return out + text.slice(from);
}

/** -1 where it is no hexadecimal digit (NaN, past the end, is none). */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function plainPath(path: string): string {
  if (!path.includes("//") && !path.includes("/.")) return path;
  const out: string[] = [];
  const segments = path.split("/");
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as string;
    const isLast = i === segments.length - 1;
    if (segment === ".." && out.length > 0) out.pop();
    const keep = segment !== "" && segment !== "." && segment !== "..";
    if (keep) out.push(segment);
    else if (isLast) out.push("");
  }
  return `/${out.join("/")}`;
}
