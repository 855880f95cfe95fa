import { PairList } from "#body/pairs.ts";
import type { BodyContent, BodyLimits, Pair } from "#body/processor.ts";
import { hexByte } from "#transform/bytes.ts";
import { urlDecode } from "#transform/url-decode.ts";

/** A form (WHATWG URL, "application/x-www-form-urlencoded parsing"), kept as bytes. */
export function processUrlencoded(body: string, _type: string, limits: BodyLimits): BodyContent {
  const { pairs, error, encodingError } = parseForm(body, limits);
  return { args: pairs, encodingError, ...(error === undefined ? {} : { error }) };
}

/** Reads the arguments of a form or of a query. */
export function parseForm(
  text: string,
  limits: Pick<BodyLimits, "argumentSeparator" | "argumentsLimit">,
): { pairs: readonly Pair[]; error: string | undefined; encodingError: boolean } {
  const list = new PairList(limits.argumentsLimit);
  let encodingError = false;
  let from = 0;
  while (from < text.length) {
    const cut = text.indexOf(limits.argumentSeparator, from);
    const end = cut < 0 ? text.length : cut;
    if (end > from) {
      const equals = text.indexOf("=", from);
      const named = equals >= 0 && equals < end;
      const name = text.slice(from, named ? equals : end);
      const value = named ? text.slice(equals + 1, end) : "";
      encodingError ||= badEscape(name) || badEscape(value);
      if (!list.add(urlDecode(name), urlDecode(value))) break;
    }
    from = end + 1;
  }
  return { pairs: list.pairs, error: list.overflow, encodingError };
}

function badEscape(text: string): boolean {
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", at + 1)) {
    if (hexByte(text, at + 1) < 0) return true;
  }
  return false;
}
