import type { Lang } from "#respond/page/text.ts";
import { Remember } from "@egide/std/remember.ts";
import { eachWeighted } from "#respond/weighted.ts";

export type Format = "html" | "json" | "text";

const FORMATS: Readonly<Record<string, Format>> = {
  "text/html": "html",
  "application/xhtml+xml": "html",
  "application/json": "json",
  "application/problem+json": "json",
  "text/plain": "text",
};

const formats = new Remember<Format>();
const langs = new Remember<Lang>();

/**
 * What an answer of our own is written in (RFC 9110, section 12.5.1): the heaviest format that is
 * named, the first of equals. Plain text for programs that take anything: it is short, and people
 * at a terminal can read it.
 */
export function chooseFormat(accept: string | undefined): Format {
  if (accept === undefined) return "text";
  const known = formats.get(accept);
  if (known !== undefined) return known;
  let best: Format = "text";
  let bestWeight = 0;
  eachWeighted(accept, (token, weight) => {
    const format =
      FORMATS[token] ??
      (token.startsWith("application/") && token.endsWith("+json") ? "json" : null);
    if (format !== null && weight > bestWeight) {
      best = format;
      bestWeight = weight;
    }
  });
  formats.set(accept, best);
  return best;
}

/** By the primary subtag (RFC 4647, section 3.3.1); English where nothing fits. */
export function chooseLang(acceptLanguage: string | undefined): Lang {
  if (acceptLanguage === undefined) return "en";
  const known = langs.get(acceptLanguage);
  if (known !== undefined) return known;
  let best: Lang = "en";
  let bestWeight = 0;
  eachWeighted(acceptLanguage, (token, weight) => {
    const primary = token.split("-", 1)[0];
    if ((primary === "en" || primary === "fr") && weight > bestWeight) {
      best = primary;
      bestWeight = weight;
    }
  });
  langs.set(acceptLanguage, best);
  return best;
}
