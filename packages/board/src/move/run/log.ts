import { secretId } from "#moderation/service/deps.ts";
import type { SourceAct, SourceRules } from "#move/source/record.ts";
import type { Db } from "#store/open.ts";

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

/**
 * A line of the public log, as a record of what was decided elsewhere: nobody here can undo it or
 * hear an appeal, and no figures of this site count it.
 */
export async function takeAct(trx: Db, boardId: number, line: SourceAct): Promise<void> {
  const { at, act, no, undone, rule } = line;
  await trx
    .insertInto("act")
    .values({
      id: secretId(),
      at,
      staffId: "import",
      kind: act,
      boardId,
      threadNo: null,
      no,
      postId: null,
      ruleId: rule?.id ?? null,
      ruleBoardId: rule === null ? null : boardId,
      ruleVersion: rule?.version ?? null,
      reason: "",
      endsAt: null,
      state: undone ? "undone" : "ended",
      stateAt: at,
      stateBy: null,
      before: "visible",
      after: "visible",
      batch: null,
      sessionHash: null,
      toldAt: null,
      byInstance: 1,
    })
    .execute();
}
