import type { ImportContext, ImportOrder } from "#move/run/context.ts";
import { type Numbers, numbersOf, reserve } from "#move/run/numbers.ts";
import type { Surveyed } from "#move/run/survey.ts";
import { type BoardSettings, DEFAULT_BOARD_SETTINGS } from "#settings/board.ts";
import { boardById, boardByUri, insertBoard } from "#store/boards.ts";
import { isBoardName } from "#thread/boards.ts";
import type { Board } from "#thread/model.ts";

/** A board that is being brought over. */
export interface Target {
  readonly from: string;
  readonly surveyed: Surveyed;
  readonly board: Board;
  /** It was brought over whole before: what follows are only additions. */
  readonly isDone: boolean;
  readonly linkedNo: number;
  readonly numbers: Numbers;
  /** Numbers of posts that can't be taken: they were given out here since, to others. */
  readonly strange: Set<number>;
}

/**
 * Makes the boards that are to be filled, out of sight until they are; goes on with those of an
 * earlier run. A board that is here already, from elsewhere, is never touched.
 */
export async function targetsOf(
  context: ImportContext,
  order: ImportOrder,
  surveyed: ReadonlyMap<string, Surveyed>,
): Promise<ReadonlyMap<string, Target>> {
  const targets = new Map<string, Target>();
  for (const [from, one] of surveyed) {
    if (order.boards !== null && !order.boards.includes(from)) continue;
    const target = await targetOf(context, order, from, one);
    if (target !== null) targets.set(from, target);
  }
  return targets;
}

async function targetOf(
  { store, clock }: ImportContext,
  order: ImportOrder,
  from: string,
  surveyed: Surveyed,
): Promise<Target | null> {
  const uri = order.rename.get(from) ?? from;
  const { board: source } = surveyed;
  const refuse = (reason: string): null => {
    order.refuse({ kind: "refused", table: source.table, row: from, reason });
    return null;
  };
  if (!isBoardName(uri)) return refuse(`no board can be at /${uri}/: use --rename ${from}=…`);
  const known = await store.kysely
    .selectFrom("import_board")
    .selectAll()
    .where("source", "=", order.name)
    .where("uri", "=", from)
    .executeTakeFirst();
  if (known !== undefined) {
    const { boardId, doneAt, linkedNo } = known;
    const found = order.dryRun
      ? await boardById(store.kysely, boardId).then(
          (board) => board && { board, numbers: numbersOf(known, board.lastNo) },
        )
      : await store.transaction((trx) => reserve(trx, known, surveyed.lastNo));
    if (found === null) return refuse("the board that it became is gone");
    return { ...found, from, surveyed, isDone: doneAt !== null, linkedNo, strange: new Set() };
  }
  if ((await boardByUri(store.kysely, uri)) !== null) {
    return refuse(`there is another board at /${uri}/: use --rename ${from}=…`);
  }
  const now = clock.now();
  const { title, subtitle } = source;
  const row = { uri, title, subtitle, state: "closed", ownerId: null, listed: false } as const;
  const settings = settingsFor(surveyed);
  const fresh = { from, surveyed, isDone: false, linkedNo: 0, strange: new Set<number>() };
  if (order.dryRun) {
    return { ...fresh, board: imagined(uri), numbers: { given: [], doneNo: 0 } };
  }
  const made = await store.transaction(async (trx) => {
    const id = await insertBoard(trx, { ...row, settings }, now);
    const key = { source: order.name, uri: from, boardId: id };
    await trx
      .insertInto("import_board")
      .values({
        ...key,
        startedAt: now,
        linkedNo: 0,
        doneAt: null,
        reservedNo: surveyed.lastNo,
        doneNo: null,
      })
      .execute();
    return reserve(trx, key, surveyed.lastNo);
  });
  return made === null ? refuse("the board that it became is gone") : { ...fresh, ...made };
}

/** As many pages as its threads need, so that none falls off with the first new thread. */
function settingsFor({ board, threads }: Surveyed): Partial<BoardSettings> {
  if (board.exact === true) return board.settings;
  const threadsPerPage = threads.size > 500 ? 30 : 10;
  const pages = Math.min(50, Math.max(15, Math.ceil(threads.size / threadsPerPage) + 1));
  return { ...board.settings, threadsPerPage, pages };
}

/** Stands for a board that a dry run does not make. */
function imagined(uri: string): Board {
  return {
    id: -1,
    uri,
    title: uri,
    subtitle: "",
    state: "closed",
    ownerId: null,
    createdAt: 0,
    settings: DEFAULT_BOARD_SETTINGS,
    lastNo: 0,
    rulesVersion: 0,
    version: 0,
    lastPostAt: null,
    listed: false,
  };
}
