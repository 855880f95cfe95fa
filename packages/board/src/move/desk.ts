import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import { Contents } from "#move/export/contents.ts";
import type { ImportContext, ImportOrder, ImportResult } from "#move/run/context.ts";
import { importBoards } from "#move/run/import.ts";
import { egideSource } from "#move/source/egide.ts";
import type { Refused } from "#move/source/record.ts";

/** Lines of what was not taken that are kept for the page. */
const LINES_MOST = 200;

export interface Arrival {
  /** The archive as it was sent. */
  readonly archive: Blob;
  /** Its address here; null: the one it had. */
  readonly uri: string | null;
  /** Who is invited to own it; null: nobody. */
  readonly owner: string | null;
  readonly dryRun: boolean;
}

interface Outcome {
  readonly at: number;
  readonly dryRun: boolean;
  readonly result: ImportResult | null;
  /** Why it ended before its end. */
  readonly fault: string | null;
  readonly refused: readonly Refused[];
}

export type DeskState =
  | { readonly kind: "idle"; readonly last: Outcome | null }
  | { readonly kind: "running"; readonly since: number; readonly line: string };

/**
 * Brings boards in while the site serves, one at a time, from archives that admins send. What came of
 * the last one is kept in memory: a run that was cut off is sent again and goes on.
 */
export class ImportDesk {
  readonly #context: ImportContext;
  readonly #folder: string;
  readonly #report: (error: unknown) => void;
  #state: DeskState = { kind: "idle", last: null };
  #isCut = false;
  #run: Promise<void> = Promise.resolve();

  /** `folder`: where archives lie while they are read. */
  constructor(context: ImportContext, folder: string, report: (error: unknown) => void) {
    this.#context = context;
    this.#folder = folder;
    this.#report = report;
  }

  /** Links to invitations are given out with it, once. */
  take(): DeskState {
    const state = this.#state;
    if (state.kind === "idle" && state.last?.result !== null && state.last !== null) {
      this.#state = { ...state, last: { ...state.last, result: told(state.last.result) } };
    }
    return state;
  }

  /** Throws AppError where another is under way. */
  start(arrival: Arrival): void {
    if (this.#state.kind === "running") throw busy();
    const { clock } = this.#context;
    this.#state = { kind: "running", since: clock.now(), line: "" };
    this.#run = this.#bring(arrival);
  }

  /** The site stops: a run ends with its next step, and goes on when its archive is sent again. */
  cut(): void {
    this.#isCut = true;
  }

  /** When the run that is under way has ended. */
  settled(): Promise<void> {
    return this.#run;
  }

  async #bring(arrival: Arrival): Promise<void> {
    this.#state = { kind: "idle", last: await this.#outcome(arrival) };
  }

  async #outcome({ archive, uri, owner, dryRun }: Arrival): Promise<Outcome> {
    const { clock } = this.#context;
    const refused: Refused[] = [];
    const path = join(this.#folder, `${crypto.randomUUID()}.tar`);
    const ended = (result: ImportResult | null, fault: string | null): Outcome => ({
      at: clock.now(),
      dryRun,
      result,
      fault,
      refused,
    });
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await Bun.write(path, archive, { mode: 0o600 });
      const contents = await Contents.open(path);
      const source = await egideSource(contents, owner);
      const order: ImportOrder = {
        source,
        name: source.name,
        media: null,
        boards: null,
        rename: uri === null ? new Map() : new Map([[source.uri, uri]]),
        addresses: "drop",
        dryRun,
        refuse: (entry) => {
          if (refused.length < LINES_MOST) refused.push(entry);
        },
        progress: (line) => {
          if (this.#isCut) throw cutOff();
          if (this.#state.kind === "running") this.#state = { ...this.#state, line };
        },
      };
      return ended(await importBoards(this.#context, order), null);
    } catch (error) {
      if (error instanceof AppError) return ended(null, error.publicMessage);
      this.#report(error);
      return ended(null, cutOff().publicMessage);
    } finally {
      await rm(path, { force: true });
    }
  }
}

function told(result: ImportResult): ImportResult {
  return { ...result, invited: [] };
}

function cutOff(): AppError {
  return new AppError({
    code: "move.cut_off",
    source: "edge",
    retry: true,
    publicMessage: "It was cut off: send it again, and it goes on.",
  });
}

function busy(): AppError {
  return new AppError({
    code: "board.import_busy",
    source: "edge",
    retry: true,
    publicMessage: "A board is being brought in already. Try again once that has ended.",
    retryAfter: 60,
  });
}
