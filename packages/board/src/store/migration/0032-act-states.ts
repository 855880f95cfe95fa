import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Statistics count by day which acts were taken back. */
export const actStates: Migration = {
  name: "0032-act-states",
  up: (db, engine) =>
    ddl(db, engine, "create index act_state_at on act (stateAt, state, boardId);"),
};
