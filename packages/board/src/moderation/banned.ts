import { AppError } from "@egide/std/error.ts";

/** A post that is refused because of a decision: names it, for the way to its reasons and an appeal. */
export class Banned extends AppError {
  readonly actId: string;

  constructor(actId: string) {
    super({
      code: "board.banned",
      source: "client",
      retry: false,
      publicMessage: "You may not post here for now.",
    });
    this.actId = actId;
  }
}
