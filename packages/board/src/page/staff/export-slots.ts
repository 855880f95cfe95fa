import { AppError } from "@egide/std/error.ts";

/** An export holds one moment of the database open: for as long, SQLite's log grows by what is written. */
const AT_ONCE = 2;
const RETRY_SECONDS = 60;

/** Who takes an export at the moment: one for each account, and few in all. */
export class ExportSlots {
  readonly #taken = new Set<string>();

  /** Takes a place and answers what gives it back; throws AppError where there is none. */
  take(account: string): () => void {
    if (this.#taken.has(account) || this.#taken.size >= AT_ONCE) throw busy();
    this.#taken.add(account);
    let isHeld = true;
    return () => {
      if (isHeld) this.#taken.delete(account);
      isHeld = false;
    };
  }
}

function busy(): AppError {
  return new AppError({
    code: "board.export_busy",
    source: "edge",
    retry: true,
    publicMessage: "An export is under way already. Try again once it has ended.",
    retryAfter: RETRY_SECONDS,
  });
}
