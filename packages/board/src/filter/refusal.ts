import { AppError } from "@egide/std/error.ts";
import { SaidError } from "@egide/web/said-error.ts";
import type { Admission } from "#filter/admit.ts";
import { FILTER_TEXTS } from "#filter/texts.ts";

/** A refusal as people read it. */
export function errorOf(refused: Extract<Admission, { kind: "refuse" }>): AppError {
  const { code, texts, retryAfterMs } = refused;
  const init = {
    source: "client",
    retry: retryAfterMs !== null,
    publicMessage: texts.en,
    ...(retryAfterMs === null ? {} : { retryAfter: Math.ceil(retryAfterMs / 1000) }),
  } as const;
  // Words of staff's own have no place in the table of texts: the error carries them.
  return texts === FILTER_TEXTS[code]
    ? new AppError({ ...init, code })
    : new SaidError({ ...init, code: "filter.own_words" }, texts);
}
