import type { Fared } from "#drill/measure.ts";
import { percent, tableOf } from "#drill/report/table.ts";

/** How an event of an ordinary day went. */
export interface EventFigures {
  readonly name: string;
  /** Those who came, and the everyday visitors meanwhile and before. */
  readonly came: Fared;
  readonly others: Fared;
  readonly before: Fared;
  /** What the installation did: in words, as it tells its operator. */
  readonly done: readonly string[];
  /** Milliseconds from the end until no rule was left; null: one was. */
  readonly withdrawn: number | null;
  readonly cpu: number;
}

/** Challenges on an ordinary day, as a share of all requests. */
const CHALLENGED = 0.001;
const SERVED = 0.995;

/** What of the goals is missed; empty: nothing. */
export function dayMisses(events: readonly EventFigures[]): string[] {
  const out: string[] = [];
  let requests = 0;
  let challenged = 0;
  for (const { name, came, others } of events) {
    for (const each of [came, others]) {
      requests += each.requests;
      challenged += each.requests * each.challenged;
    }
    if (came.requests === 0) out.push(`${name}: nobody came`);
    if (came.blocked > 0) out.push(`${name}: ${percent(came.blocked)} of who came were blocked`);
    if (others.blocked > 0) out.push(`${name}: ${percent(others.blocked)} of the others blocked`);
    if (came.served < SERVED) out.push(`${name}: ${percent(came.served)} of who came were served`);
  }
  if (challenged > requests * CHALLENGED) {
    out.push(`${percent(challenged / requests)} of all requests challenged`);
  }
  return out;
}

export function dayTable(events: readonly EventFigures[]): string {
  return tableOf(
    [
      ["event", ({ name }) => name],
      ["requests", ({ came }) => String(came.requests)],
      ["served", ({ came }) => percent(came.served)],
      ["challenged", ({ came }) => percent(came.challenged)],
      ["blocked", ({ came }) => percent(came.blocked)],
      ["p50 / p99", ({ came }) => `${came.p50.toFixed(0)} / ${came.p99.toFixed(0)} ms`],
      [
        "others served / challenged / blocked",
        ({ others }) => [others.served, others.challenged, others.blocked].map(percent).join(" / "),
      ],
      [
        "others' p99 before / during",
        ({ before, others }) => `${before.p99.toFixed(0)} / ${others.p99.toFixed(0)} ms`,
      ],
      ["rules made", ({ done }) => String(done.filter((text) => text.includes("begins")).length)],
      ["CPU s", ({ cpu }) => cpu.toFixed(1)],
    ],
    events,
  );
}
