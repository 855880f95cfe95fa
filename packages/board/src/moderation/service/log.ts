import { chain } from "#moderation/chain.ts";
import type { Db, Store } from "#store/open.ts";

export interface LogLine {
  readonly at: number;
  readonly staff: string;
  readonly action: string;
  readonly boardId: number | null;
  readonly subject: string;
  readonly detail?: unknown;
}

/** Adds to the staff's log, in the transaction of what is logged. */
export async function addLog(trx: Db, engine: Store["engine"], line: LogLine): Promise<void> {
  let query = trx.selectFrom("staff_log_head").selectAll().where("id", "=", 1);
  // Entries are chained one after the other: SQLite has one writer anyway.
  if (engine === "postgres") query = query.forUpdate();
  const head = await query.executeTakeFirstOrThrow();
  const { at, staff, action, boardId, subject } = line;
  const detail = JSON.stringify(line.detail ?? {});
  const entry = { seq: head.seq + 1, at, staff, action, boardId, subject, detail };
  const chained = chain(entry, head.hash);
  await trx.insertInto("staff_log").values(chained).execute();
  await trx
    .updateTable("staff_log_head")
    .set({ seq: chained.seq, hash: chained.hash })
    .where("id", "=", 1)
    .execute();
}
