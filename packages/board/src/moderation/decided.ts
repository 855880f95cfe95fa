import { AppError } from "@egide/std/error.ts";

const SAYS = {
  "board.banned": "You may not post here for now.",
  "board.unread":
    "Moderators decided about an earlier post of yours. Read why; then send this one again.",
} as const;

/** A post that is refused because of a decision: names it, for the way to its reasons and an appeal. */
export class Decided extends AppError {
  readonly actId: string;

  constructor(code: keyof typeof SAYS, actId: string) {
    super({ code, source: "client", retry: false, publicMessage: SAYS[code] });
    this.actId = actId;
  }
}
