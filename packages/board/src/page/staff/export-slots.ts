import { AppError } from "@egide/std/error.ts";

/** An export holds one moment of the database open: for as long, SQLite's log grows by what is written. */
const AT_ONCE = 2;
/** The rest is for exports of the whole site: owners of boards never keep its admins from one. */
const BOARDS_AT_ONCE = AT_ONCE - 1;
const RETRY_SECONDS = 60;

/** Who takes an export at the moment: one for each account, and few in all. */
export class ExportSlots {
  /** By account: whether it is of the whole site. */
  readonly #taken = new Map<string, boolean>();

  /** Takes a place and answers what gives it back; throws AppError where there is none. */
  take(account: string, isSite: boolean): () => void {
    const boards = [...this.#taken.values()].filter((ofSite) => !ofSite).length;
    const isFull = this.#taken.size >= AT_ONCE || (!isSite && boards >= BOARDS_AT_ONCE);
    if (isFull || this.#taken.has(account)) throw busy();
    this.#taken.set(account, isSite);
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
