import type { Reply, ReplyStep } from "@egide/testkit/origin/recording.ts";
import type { ReferenceResponse } from "@egide/testkit/reference/message.ts";

/** What the visitor must see of an origin that answers oddly. */
export type Outcome =
  /** One of these statuses, whole and well formed. */
  | { readonly kind: "status"; readonly status: readonly number[]; readonly body?: string }
  /** The answer had begun and can't be finished: the visitor must be able to tell that it was cut. */
  | { readonly kind: "cut" }
  /** Either of both: depends on how much had been sent when the fault showed. */
  | { readonly kind: "error-or-cut" };

export interface OriginCase {
  readonly id: string;
  readonly about: string;
  readonly method?: string;
  readonly fields?: readonly string[];
  readonly reply: () => Reply;
  readonly outcome: Outcome;
  /** Answers what is wrong with the final response, or null. */
  readonly check?: (
    response: ReferenceResponse,
    all: readonly ReferenceResponse[],
  ) => string | null;
}

export const END: ReplyStep = { do: "end" };
export const RESET: ReplyStep = { do: "reset" };
export const BAD_GATEWAY: Outcome = { kind: "status", status: [502] };
export const CUT: Outcome = { kind: "cut" };
export const EITHER: Outcome = { kind: "error-or-cut" };
export const ok = (body?: string): Outcome => ({
  kind: "status",
  status: [200],
  ...(body === undefined ? {} : { body }),
});

export function origin(
  id: string,
  about: string,
  reply: readonly ReplyStep[],
  outcome: Outcome,
  more: Partial<OriginCase> = {},
): OriginCase {
  return { id: `origin/${id}`, about, reply: () => reply, outcome, ...more };
}

export const head = (fields: string, body = "hello"): string =>
  `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${body}`;
