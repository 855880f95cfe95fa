import { createHash } from "node:crypto";
import { fold } from "#match/text/fold.ts";

/** Shorter texts («yes», «thank you») are said again by anybody. */
const LEAST_LETTERS = 24;

/** What stood on a board a short while ago; bounded, oldest forgotten first. */
export class Recent {
  readonly #seen = new Map<string, number>();
  readonly #most: number;
  readonly #keepMs: number;

  constructor(most: number, keepMs: number) {
    this.#most = most;
    this.#keepMs = keepMs;
  }

  /** True where the board saw the same text, however dressed, within the time that is kept. */
  hasText(board: number, text: string, now: number): boolean {
    const key = textKey(board, text);
    return key !== null && this.#has(key, now);
  }

  addText(board: number, text: string, now: number): void {
    const key = textKey(board, text);
    if (key !== null) this.#add(key, now);
  }

  hasFile(board: number, sha256: string, now: number): boolean {
    return this.#has(`${board} file ${sha256}`, now);
  }

  addFile(board: number, sha256: string, now: number): void {
    this.#add(`${board} file ${sha256}`, now);
  }

  #has(key: string, now: number): boolean {
    const at = this.#seen.get(key);
    return at !== undefined && now - at < this.#keepMs;
  }

  #add(key: string, now: number): void {
    this.#seen.delete(key);
    this.#seen.set(key, now);
    for (const [oldest, at] of this.#seen) {
      if (this.#seen.size <= this.#most && now - at < this.#keepMs) break;
      this.#seen.delete(oldest);
    }
  }
}

function textKey(board: number, text: string): string | null {
  const letters = fold(text);
  if (letters.length < LEAST_LETTERS) return null;
  return `${board} text ${createHash("sha256").update(letters).digest("base64url")}`;
}
