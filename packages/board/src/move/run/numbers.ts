import type { SourcePost } from "#move/source/record.ts";
import { boardById } from "#store/boards.ts";
import type { Db } from "#store/open.ts";
import type { Board } from "#thread/model.ts";

/** Numbers from … to …, which a board gave out itself after it came. */
export type Given = readonly (readonly [from: number, to: number])[];

/** Where a board that is brought over stands with its numbers. */
export interface Numbers {
  readonly given: Given;
  /** How far the last whole run had come: what of it is not here was refused, or went away here. */
  readonly doneNo: number;
}

interface KnownNumbers {
  readonly given: string;
  readonly doneNo: number | null;
  readonly reservedNo: number | null;
}

/** What the numbers mean for this run: `lastNo` is as far as the board has counted. */
export function numbersOf(known: KnownNumbers, lastNo: number): Numbers {
  const before = JSON.parse(known.given) as Given;
  // Runs before this was written down left no trace of how far they had come.
  const { reservedNo } = known;
  const given: Given =
    reservedNo === null || lastNo <= reservedNo ? before : [...before, [reservedNo + 1, lastNo]];
  return { given, doneNo: known.doneNo ?? 0 };
}

/**
 * Keeps the numbers of the source for it: whoever posts from now on gets higher ones. Answers the
 * board as it is then.
 */
export async function reserve(
  trx: Db,
  { source, uri, boardId }: { source: string; uri: string; boardId: number },
  lastNo: number,
): Promise<{ readonly board: Board; readonly numbers: Numbers } | null> {
  // First the row that posting waits for.
  await trx
    .updateTable("board")
    .set((row) => ({ lastNo: row.ref("lastNo") }))
    .where("id", "=", boardId)
    .execute();
  const board = await boardById(trx, boardId);
  if (board === null) return null;
  const known = await trx
    .selectFrom("import_board")
    .select(["given", "doneNo", "reservedNo"])
    .where("source", "=", source)
    .where("uri", "=", uri)
    .executeTakeFirstOrThrow();
  const numbers = numbersOf(known, board.lastNo);
  const reservedNo = Math.max(board.lastNo, lastNo);
  await trx.updateTable("board").set({ lastNo: reservedNo }).where("id", "=", boardId).execute();
  await trx
    .updateTable("import_board")
    .set({ given: JSON.stringify(numbers.given), reservedNo })
    .where("source", "=", source)
    .where("uri", "=", uri)
    .execute();
  return { board: { ...board, lastNo: reservedNo }, numbers };
}

type Standing = "fresh" | "known" | { readonly reason: string };

/**
 * Whether a post is to be taken. `here`: posts of the numbers in question, and when each was made.
 * What went away here, by whomever, does not come back with another run.
 */
export function standingOf(
  { no, threadNo, createdAt }: Pick<SourcePost, "no" | "threadNo" | "createdAt">,
  here: ReadonlyMap<number, number>,
  { threads, given, doneNo }: Numbers & { readonly threads: ReadonlyMap<number, number> },
): Standing {
  const isAnother = (number: number, at: number | undefined): boolean =>
    here.has(number)
      ? here.get(number) !== at
      : given.some(([from, to]) => number >= from && number <= to);
  if (isAnother(no, createdAt)) return { reason: `its number, ${no}, was given out here since` };
  if (threadNo !== null && isAnother(threadNo, threads.get(threadNo))) {
    return { reason: `the number of its thread, ${threadNo}, was given out here since` };
  }
  if (here.has(no)) return "known";
  if (no <= doneNo) return { reason: "an earlier run left it out, or it went away here since" };
  if (threadNo !== null && threadNo <= doneNo && !here.has(threadNo)) {
    return { reason: `its thread, ${threadNo}, was left out earlier, or went away here since` };
  }
  return "fresh";
}
