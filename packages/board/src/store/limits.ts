import { CompiledQuery } from "kysely";
import type { Db, Store } from "#store/open.ts";

/**
 * One more of something that is limited: `interval` milliseconds between two of them, `room`
 * milliseconds of them at once (the generic cell rate algorithm, ITU-T I.371, annex A, as one moment).
 */
export interface Use {
  readonly key: string;
  readonly interval: number;
  readonly room: number;
}

/** Clocks of processes may differ by so much. What is further ahead than that was written by a wrong one. */
const SKEW_MS = 60_000;

/** Milliseconds to wait, by key, of those that would be too many now. Nothing is counted. */
export async function waitsOf(
  db: Db,
  uses: readonly Use[],
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const waits = new Map<string, number>();
  if (uses.length === 0) return waits;
  const keys = uses.map(({ key }) => key);
  const rows = await db
    .selectFrom("limit_use")
    .select(["key", "due"])
    .where("key", "in", keys)
    .execute();
  for (const { key, due } of rows) {
    const use = uses.find((one) => one.key === key);
    if (use === undefined) continue;
    const isWrong = due > now + use.room + SKEW_MS;
    const since = isWrong ? now : Math.min(Math.max(due, now), now + use.room);
    const wait = since + use.interval - now - use.room;
    if (wait > 0) waits.set(key, wait);
  }
  return waits;
}

/**
 * Counts uses, each key once, in one statement; answers those that were too many, which are not
 * counted. Whoever takes several at once undoes the others by failing their transaction. However many
 * processes take at the same time, no more than the limit pass, and their clocks may differ.
 */
export async function takeUses(
  { engine }: Pick<Store, "engine">,
  db: Db,
  uses: readonly Use[],
  now: number,
): Promise<readonly Use[]> {
  if (uses.length === 0) return [];
  // All take rows in one order: nobody waits for who waits for them.
  const ordered = uses.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const values = ordered.flatMap(({ key, interval, room }) => [key, now + interval, room]);
  const statement = CompiledQuery.raw(taking(engine, uses.length), [now, now + SKEW_MS, ...values]);
  const { rows } = await db.executeQuery<{ key: string }>(statement);
  const taken = new Set(rows.map(({ key }) => key));
  return uses.filter(({ key }) => !taken.has(key));
}

const TAKING = new Map<string, string>();

/** The statement for so many keys, put together once: each post runs it. */
function taking(engine: Store["engine"], count: number): string {
  const name = `${engine} ${count}`;
  const known = TAKING.get(name);
  if (known !== undefined) return known;
  const isPostgres = engine === "postgres";
  const [least, most] = isPostgres ? ["least", "greatest"] : ["min", "max"];
  const at = (place: number): string => `${isPostgres ? "$" : "?"}${place}`;
  const rows = Array.from({ length: count }, (_, i) => {
    const first = 3 + i * 3;
    return `(${at(first)}, ${at(first + 1)}, ${at(first + 2)})`;
  });
  const now = at(1);
  const next = `case when limit_use.due > ${at(2)} + excluded.room then excluded.due
    else ${least}(${most}(limit_use.due, ${now}), ${now} + excluded.room) + (excluded.due - ${now}) end`;
  const text = `insert into limit_use (key, due, room) values ${rows.join(", ")}
    on conflict (key) do update set due = ${next}, room = excluded.room
    where ${next} <= ${now} + excluded.room
    returning key`;
  TAKING.set(name, text);
  return text;
}

/** Lets go of what means nothing any more. */
export async function forgetUses(db: Db, now: number): Promise<void> {
  await db.deleteFrom("limit_use").where("due", "<", now).execute();
}
