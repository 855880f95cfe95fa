import { AppError } from "@egide/std/error.ts";
import type { Admission } from "#filter/admit.ts";
import { FILTER_TEXTS } from "#filter/texts.ts";

/** A refusal as people read it. */
export function errorOf(
  refused: Extract<Admission, { kind: "refuse" }>,
  language: "en" | "fr",
): AppError {
  const { code, texts, retryAfterMs } = refused;
  // Words of staff's own have no place in the table of texts: they come in the board's language.
  const own = texts !== FILTER_TEXTS[code];
  return new AppError({
    code: own ? "filter.own_words" : code,
    source: "client",
    retry: retryAfterMs !== null,
    publicMessage: texts[own ? language : "en"],
    ...(retryAfterMs === null ? {} : { retryAfter: Math.ceil(retryAfterMs / 1000) }),
  });
}
