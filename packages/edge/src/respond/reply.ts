import { AppError } from "@egide/std/error.ts";
import type { Outcome } from "#facts.ts";
import type { Dress } from "#respond/dress.ts";
import type { Asked } from "#respond/page/notice.ts";

/** What the pipeline brings along with each answer: one object a request, its own. */
export interface Reply {
  readonly dress: Dress;
  readonly requestId: string;
  /** Called exactly once per answer. May be called before the function that sends returns. */
  finished(outcome: Outcome, error: AppError | null): void;
}

/** A reply to a request that the edge answers by itself. */
export interface OwnReply extends Reply, Asked {
  /** Hears the status before `finished`; 0: dropped without an answer. */
  began(status: number): void;
}

/** A body whose length is not what its head said: the visitor must not take it for whole. */
export function truncated(publicMessage: string): AppError {
  return new AppError({
    code: "origin.length_mismatch",
    source: "origin",
    retry: false,
    publicMessage,
  });
}
