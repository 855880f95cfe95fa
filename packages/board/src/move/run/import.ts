import { addLog } from "#moderation/service/log.ts";
import { type Target, targetsOf } from "#move/run/boards.ts";
import type { ImportContext, ImportOrder, ImportResult } from "#move/run/context.ts";
import { HouseWriter } from "#move/run/house.ts";
import { linkBoard, openBoard, settleBoard, settleNumbers } from "#move/run/link.ts";
import { PostWriter } from "#move/run/posts.ts";
import { survey } from "#move/run/survey.ts";
import type { Refused, SourceReport } from "#move/source/record.ts";

/**
 * Brings another program's boards over. Every step may be repeated: a run that was cut off is run
 * again and goes on, a run that was whole changes nothing. Nobody reads a board before its posts are
 * all there, and nobody posts on it before its references are.
 */
export async function importBoards(
  context: ImportContext,
  asked: ImportOrder,
): Promise<ImportResult> {
  let refusedCount = 0;
  const order: ImportOrder = {
    ...asked,
    refuse(entry: Refused) {
      refusedCount += 1;
      asked.refuse(entry);
    },
  };
  const surveyed = await survey(order.source, order.refuse);
  const targets = await targetsOf(context, order, surveyed);
  const writers = new Map(
    [...targets].map(([uri, target]) => [uri, new PostWriter(context, order, target)]),
  );
  const house = new HouseWriter(context, order, surveyed, targets);
  const passed = new Map<string, number>();
  const reports: SourceReport[] = [];
  for await (const record of order.source.read()) {
    switch (record.kind) {
      case "board":
      case "numbers":
        break;
      case "post": {
        const writer = writers.get(record.board);
        if (writer !== undefined) await writer.add(record);
        else if (isWanted(order, record.board)) refuseStray(order, surveyed, record);
        break;
      }
      case "report":
        // Its post may come later.
        reports.push(record);
        break;
      case "ban":
      case "staff":
      case "filter":
      case "rules":
      case "act":
        await house.take(record);
        break;
      case "refused":
        order.refuse(record);
        break;
      case "passed":
        passed.set(record.table, (passed.get(record.table) ?? 0) + 1);
    }
  }
  for (const writer of writers.values()) await writer.flush();
  if (!order.dryRun) await finish(context, order, targets, writers);
  for (const report of reports) await house.take(report);
  if (house.counts.ended > 0) passed.set("bans (ended)", house.counts.ended);
  const boards = [...targets].map(
    ([
      from,
      {
        board,
        surveyed: { threads },
      },
    ]) => {
      const counts = writers.get(from)?.counts ?? { posts: 0, known: 0, files: 0, held: 0 };
      return { from, to: board.uri, threads: threads.size, ...counts };
    },
  );
  const { ended: _, ...counts } = house.counts;
  return {
    boards,
    ...counts,
    invited: house.invited,
    refused: refusedCount,
    passed,
  };
}

async function finish(
  context: ImportContext,
  order: ImportOrder,
  targets: ReadonlyMap<string, Target>,
  writers: ReadonlyMap<string, PostWriter>,
): Promise<void> {
  // A board that was whole before, and to which nothing came, stays as it is.
  const changed = [...targets].filter(
    ([uri, { isDone }]) => !isDone || (writers.get(uri)?.counts.posts ?? 0) > 0,
  );
  for (const [uri, target] of changed) {
    order.progress(`/${uri}/: counting`);
    await settleBoard(context, target);
  }
  for (const [uri, target] of changed) {
    order.progress(`/${uri}/: references`);
    await linkBoard(context, order, target);
  }
  for (const [uri, target] of changed) {
    await openBoard(context, order, target);
    const at = context.clock.now();
    const counts = writers.get(uri)?.counts;
    await context.store.transaction((trx) =>
      addLog(trx, context.store.engine, {
        at,
        staff: "import",
        action: "board.import",
        boardId: target.board.id,
        subject: `board ${target.board.uri}`,
        detail: { from: `${order.name} /${uri}/`, ...counts },
      }),
    );
  }
  for (const target of targets.values()) await settleNumbers(context, order, target);
}

function isWanted({ boards }: ImportOrder, uri: string): boolean {
  return boards === null || boards.includes(uri);
}

/** A board that is refused is told of once, not post by post. */
function refuseStray(
  order: ImportOrder,
  surveyed: ReadonlyMap<string, unknown>,
  { board, table, row }: { board: string; table: string; row: string },
): void {
  if (surveyed.has(board)) return;
  const reason = `its board, ${board}, is not there`;
  order.refuse({ kind: "refused", table, row, reason });
}
