import { FIRST_RULES, nextRules, type Rule, type RuleSet } from "#moderation/rules.ts";
import { type Actor, bad, type ModerationDeps, need } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import type { Db } from "#store/open.ts";

/** The number under which the instance's own rules are kept. */
export const INSTANCE = 0;

/** The rules in force on a board (or `INSTANCE`), without those that it inherits. */
export async function rulesOf(db: Db, boardId: number): Promise<RuleSet> {
  const row = await db
    .selectFrom("rule_set")
    .select(["version", "rules"])
    .where("boardId", "=", boardId)
    // Below zero: of the site that a board came from, for lines of its log.
    .where("version", ">", 0)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return { version: 0, rules: boardId === INSTANCE ? FIRST_RULES : [] };
  return { version: row.version, rules: JSON.parse(row.rules) as Rule[] };
}

export interface NamedRule {
  readonly rule: Rule;
  readonly number: number;
  readonly boardId: number;
  readonly version: number;
}

/** All rules that hold on a board, its own after the instance's, numbered through. */
export async function rulesOn(db: Db, boardId: number): Promise<readonly NamedRule[]> {
  const sets = [
    { boardId: INSTANCE, set: await rulesOf(db, INSTANCE) },
    ...(boardId === INSTANCE ? [] : [{ boardId, set: await rulesOf(db, boardId) }]),
  ];
  const all = sets.flatMap(({ boardId, set }) =>
    set.rules.map((rule) => ({ rule, boardId, version: set.version })),
  );
  return all.map((entry, i) => ({ ...entry, number: i + 1 }));
}

/** The rule of an act, as `board:id`: `0:law`, `7:topic`. */
export async function findRule(db: Db, boardId: number, key: string): Promise<NamedRule> {
  const found = (await rulesOn(db, boardId)).find(
    (entry) => `${entry.boardId}:${entry.rule.id}` === key,
  );
  if (found === undefined) throw bad("board.no_rule", "Say which rule of the board it is about.");
  return found;
}

/** The words of a rule as they stood when an act named it. */
export async function ruleText(
  db: Db,
  act: { ruleId: string | null; ruleBoardId: number | null; ruleVersion: number | null },
): Promise<Rule["text"] | null> {
  if (act.ruleId === null || act.ruleBoardId === null || act.ruleVersion === null) return null;
  const row = await db
    .selectFrom("rule_set")
    .select("rules")
    .where("boardId", "=", act.ruleBoardId)
    .where("version", "=", act.ruleVersion)
    .executeTakeFirst();
  const rules = row === undefined ? FIRST_RULES : (JSON.parse(row.rules) as Rule[]);
  return rules.find(({ id }) => id === act.ruleId)?.text ?? null;
}

export async function saveRules(
  { store, clock }: ModerationDeps,
  actor: Actor,
  boardId: number,
  rules: readonly Rule[],
): Promise<RuleSet> {
  need(actor, "editRules", boardId === INSTANCE ? null : boardId);
  return store.transaction(async (trx) => {
    const current = await rulesOf(trx, boardId);
    const next = nextRules(current, rules);
    if (next === current) return current;
    const at = clock.now();
    await trx
      .insertInto("rule_set")
      .values({
        boardId,
        version: next.version,
        at,
        staffId: actor.id,
        rules: JSON.stringify(next.rules),
      })
      .execute();
    if (boardId !== INSTANCE) {
      await trx
        .updateTable("board")
        .set({ rulesVersion: next.version })
        .where("id", "=", boardId)
        .execute();
    }
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "ruleset.save",
      boardId: boardId === INSTANCE ? null : boardId,
      subject: `rules version ${next.version}`,
    });
    return next;
  });
}
