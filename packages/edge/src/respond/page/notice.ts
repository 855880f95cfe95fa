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

/** What a refusal can be contested with: made into text where a page is made, put into one that is. */
export interface Receipt {
  readonly length: number;
  /** Writes it at `at`: `length` bytes. */
  put(into: Buffer, at: number): void;
  toString(): string;
}

/** The request that is answered, as far as pages name it. */
export interface Asked {
  readonly host: string;
  readonly requestId: string;
  /** Wall clock, milliseconds. */
  readonly time: number;
  /** Absent or null: it can't be contested. See respond/receipt/reference.ts. */
  readonly receipt?: Receipt | null;
}
