import type { Insertable } from "kysely";
import { secretId } from "#moderation/service/deps.ts";
import type { SourceAct, SourceRules } from "#move/source/record.ts";
import type { Db } from "#store/open.ts";
import type { ActTable } from "#store/table/moderation.ts";

/** Keeps a version of a board's rules. False: the number was given to others here. */
export async function takeRules(trx: Db, boardId: number, rules: SourceRules): Promise<boolean> {
  const { version, at } = rules;
  const added = await trx
    .insertInto("rule_set")
    .values({ boardId, version, at, staffId: "import", rules: JSON.stringify(rules.rules) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (added.numInsertedOrUpdatedRows !== 1n) return false;
  // Below zero are those of the site that it left: lines of the log name them, they hold nowhere.
  await trx
    .updateTable("board")
    .set({ rulesVersion: version })
    .where("id", "=", boardId)
    .where("rulesVersion", "<", version)
    .execute();
  return true;
}

type ImportedAct = Pick<
  Insertable<ActTable>,
  | "at"
  | "kind"
  | "boardId"
  | "no"
  | "ruleId"
  | "ruleBoardId"
  | "ruleVersion"
  | "reason"
  | "endsAt"
  | "state"
  | "byInstance"
>;

/** An act of nobody here, about no post that is kept with it; answers its id. */
export async function insertImported(trx: Db, act: ImportedAct): Promise<string> {
  const id = secretId();
  await trx
    .insertInto("act")
    .values({
      ...act,
      id,
      staffId: "import",
      threadNo: null,
      postId: null,
      stateAt: act.at,
      stateBy: null,
      before: "visible",
      after: "visible",
      batch: null,
      sessionHash: null,
      toldAt: null,
    })
    .execute();
  return id;
}

/**
 * A line of the public log, as a record of what was decided elsewhere: nobody here can undo it or
 * hear an appeal, and no figures of this site count it.
 */
export async function takeAct(trx: Db, boardId: number, line: SourceAct): Promise<void> {
  const { at, act: kind, no, undone, rule } = line;
  await insertImported(trx, {
    at,
    kind,
    boardId,
    no,
    ruleId: rule?.id ?? null,
    ruleBoardId: rule === null ? null : boardId,
    ruleVersion: rule?.version ?? null,
    reason: "",
    endsAt: null,
    state: undone ? "undone" : "ended",
    byInstance: 1,
  });
}
