import type { Order } from "@egide/contract/order.ts";
import type { ErrorSource } from "@egide/std/error.ts";

/** An answer of the edge's own, before it is put into words. */
export interface Notice {
  readonly status: number;
  /** Listed in docs/reference/errors.md. */
  readonly code: string;
  /** Whose fault it is; `operator`: somebody's rule or order, nobody's fault. */
  readonly source: ErrorSource;
  /** What exactly was wrong, in English, safe for a stranger; "" where the status says it all. */
  readonly detail: string;
  /** The same request, sent again, may succeed. */
  readonly retry: boolean;
  readonly retryAfter: number | null;
  readonly order: Order | null;
  /** Interstitial: where the visitor's consent is posted to. */
  readonly continueUrl: string;
}

/** Nobody's fault, and nothing more to say than what stands under its code. */
export function blank(status: number, code: string): Notice {
  return {
    status,
    code,
    source: "operator",
    detail: "",
    retry: false,
    retryAfter: null,
    order: null,
    continueUrl: "",
  };
}

/** The request that is answered, as far as pages name it. */
export interface Asked {
  readonly host: string;
  readonly requestId: string;
  /** Wall clock, milliseconds. */
  readonly time: number;
  /** What a refusal can be contested with; absent or "": it can't. See respond/receipt/reference.ts. */
  readonly receipt?: string;
}
