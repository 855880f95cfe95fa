import type { MapValue, Missable, Value } from "@egide/expr/value.ts";
import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

const UPPER_CASE = /[A-Z]/;

/** A list of fields as a map of arrays, without making one: most rules ask for one or two names. */
export class HeaderMap implements MapValue {
  readonly #headers: RawHeaders;

  constructor(headers: RawHeaders) {
    this.#headers = headers;
  }

  /** Keys are lower case, as in the language. */
  get(key: string): Missable {
    if (UPPER_CASE.test(key)) return undefined;
    const headers = this.#headers;
    let out: string[] | undefined;
    for (let i = 0; i < headers.length; i += 2) {
      if (!nameIs(headers[i] as string, key)) continue;
      const value = headers[i + 1] as string;
      if (out === undefined) out = [value];
      else out.push(value);
    }
    return out;
  }

  *values(): Iterable<Value> {
    const seen = new Set<string>();
    for (let i = 0; i < this.#headers.length; i += 2) {
      const lower = (this.#headers[i] as string).toLowerCase();
      if (seen.has(lower)) continue;
      seen.add(lower);
      yield this.get(lower) as Value;
    }
  }
}

export function headerNames(headers: RawHeaders): readonly string[] {
  return headers.filter((_, i) => i % 2 === 0);
}

export function headerValues(headers: RawHeaders): readonly string[] {
  return headers.filter((_, i) => i % 2 === 1);
}

/** Names are percent-decoded, and merged where they are the same then; values stay as they are. */
export function cookieMap(text: string): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const pair of text.split(";")) {
    const trimmed = pair.trim();
    const equals = trimmed.indexOf("=");
    if (equals < 1) continue;
    const name = percentDecoded(trimmed.slice(0, equals));
    const value = trimmed.slice(equals + 1);
    const known = out.get(name);
    if (known === undefined) out.set(name, [value]);
    else known.push(value);
  }
  return out;
}

/** Tags of Accept-Language by weight; equal ones as they came. `*` is none. */
export function acceptedLanguages(text: string): readonly string[] {
  const tags = text.split(",").map((item) => {
    const [tag = "", ...parameters] = item.split(";").map((part) => part.trim());
    const weight = parameters.find((one) => one.startsWith("q="))?.slice(2);
    return { tag, weight: weight === undefined ? 1 : Number(weight) };
  });
  return tags
    .filter(({ tag, weight }) => tag !== "" && tag !== "*" && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
