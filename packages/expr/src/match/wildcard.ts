import { lowerAscii } from "#match/bytes.ts";

/** Why a wildcard is none, and at which char of it. */
export class WildcardError extends Error {}

/**
 * A text with stars, each of which stands for any run of bytes. It has to match the whole value; the
 * first and last part are anchored, those between are found leftmost, which is the lazy match that
 * `wildcard_replace` speaks of. Linear: leftmost leaves the most room for what follows.
 */
export class Wildcard {
  readonly #parts: readonly string[];
  readonly #strict: boolean;

  constructor(pattern: string, strict: boolean) {
    const parts = split(pattern);
    this.#strict = strict;
    this.#parts = strict ? parts : parts.map(lowerAscii);
  }

  get stars(): number {
    return this.#parts.length - 1;
  }

  test(value: string): boolean {
    return this.#match(value, null);
  }

  /** What each star stood for, in the value's own case; null where it does not match. */
  captures(value: string): string[] | null {
    const spans: number[] = [];
    if (!this.#match(value, spans)) return null;
    const out: string[] = [];
    for (let i = 0; i < spans.length; i += 2) out.push(value.slice(spans[i], spans[i + 1]));
    return out;
  }

  #match(value: string, spans: number[] | null): boolean {
    const parts = this.#parts;
    const text = this.#strict ? value : lowerAscii(value);
    const first = parts[0] as string;
    if (parts.length === 1) return text === first;
    const last = parts[parts.length - 1] as string;
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (let i = 1; i < parts.length - 1; i++) {
      const part = parts[i] as string;
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      spans?.push(at, found);
      at = found + part.length;
    }
    spans?.push(at, end);
    return true;
  }
}

function split(pattern: string): string[] {
  const parts = [""];
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern[i] as string;
    if (char === "*") {
      if (pattern[i + 1] === "*") throw new WildcardError("two stars in a row mean nothing");
      parts.push("");
      continue;
    }
    if (char === "\\") {
      char = pattern[++i] ?? "";
      if (char !== "*" && char !== "\\") {
        throw new WildcardError("a backslash in a wildcard stands before `*` or `\\` only");
      }
    }
    parts[parts.length - 1] += char;
  }
  return parts;
}
