import type { Pair } from "#body/processor.ts";
import { hexByte } from "#transform/bytes.ts";

/** A request's target cut as the rules want it. */
export interface TargetParts {
  /** Path and query, without scheme and host, without fragment. */
  readonly uri: string;
  /** Percent-decoded: what the server looks up. */
  readonly path: string;
  readonly query: string;
  readonly basename: string;
}

/**
 * Cuts a request target (RFC 9112, section 3.2). Only what REQUEST_FILENAME and REQUEST_BASENAME show
 * is decoded, after the cut, so that an escaped `?` stays in the path.
 */
export function cutTarget(target: string): TargetParts {
  const hash = target.indexOf("#");
  const whole = hash < 0 ? target : target.slice(0, hash);
  const question = whole.indexOf("?");
  const before = question < 0 ? whole : whole.slice(0, question);
  const query = question < 0 ? "" : whole.slice(question + 1);
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*/.exec(before);
  const rawPath = scheme === null ? before : before.slice(scheme[0].length);
  const path = percentDecode(rawPath);
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return {
    // The same string wherever it can be: what is known of one is known of the other.
    uri: scheme === null ? whole : question < 0 ? rawPath : `${rawPath}?${query}`,
    path,
    query,
    basename: path.slice(slash + 1),
  };
}

/** Reads a Cookie field (RFC 6265, section 4.2.1), leniently: what has no `=` is a name. */
export function parseCookies(field: string, into: Pair[], limit: number): void {
  for (let from = 0; from < field.length && into.length < limit; ) {
    const cut = field.indexOf(";", from);
    const end = cut < 0 ? field.length : cut;
    const equals = field.indexOf("=", from);
    const named = equals >= 0 && equals < end;
    const name = field.slice(from, named ? equals : end).trim();
    if (name !== "") into.push({ name, value: named ? field.slice(equals + 1, end).trim() : "" });
    from = end + 1;
  }
}

function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escape) => String.fromCharCode(hexByte(escape, 1)));
}
