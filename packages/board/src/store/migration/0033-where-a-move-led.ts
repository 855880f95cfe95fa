import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";
import { sql } from "kysely";

/** To which board a thread was moved: so that undoing it brings the thread back. */
export const whereAMoveLed: Migration = {
  name: "0033-where-a-move-led",
  async up(db, engine) {
    await ddl(db, engine, "alter table act add column toBoardId $int;");
    // Until now only the staff's log said it.
    const moves = await sql<{
      detail: string;
    }>`select detail from staff_log where action = 'act.move'`.execute(db);
    for (const { detail } of moves.rows) {
      const { act, toBoardId } = JSON.parse(detail) as { act: string; toBoardId: number };
      await sql`update act set "toBoardId" = ${toBoardId} where id = ${act}`.execute(db);
    }
  },
};
