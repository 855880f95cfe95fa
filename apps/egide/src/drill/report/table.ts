import type { AttackFigures } from "#drill/measure.ts";

/** What a drill has to show. Milliseconds and shares. */
export const GOALS = {
  medianMitigated: 1000,
  worstMitigated: 3000,
  served: 0.995,
  blocked: 0,
  challenged: 0.01,
  /** People's p99 after mitigation, as a multiple of the quiet one. */
  slower: 2,
} as const;

/**
 * Below this many milliseconds a difference of a p99 is the scheduler's, not the attack's.
 */
const NOISE_MS = 10;

/** What of the goals the figures miss, the worst last; empty: nothing. */
export function misses(attacks: readonly AttackFigures[]): string[] {
  const out: { readonly text: string; readonly by: number }[] = [];
  const miss = (text: string, by: number): void => void out.push({ text, by });
  const times = attacks.map(({ mitigated }) => mitigated ?? Number.POSITIVE_INFINITY);
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  if (median > GOALS.medianMitigated) miss(`median time to mitigate ${ms(median)}`, 1);
  for (const { name, mitigated, during, held, before, withdrawn } of attacks) {
    if (mitigated === null || mitigated > GOALS.worstMitigated) {
      miss(`${name}: mitigated ${ms(mitigated)}`, (mitigated ?? 1e6) / GOALS.worstMitigated);
    }
    if (during.served < GOALS.served) {
      miss(
        `${name}: ${percent(during.served)} of people's requests served`,
        1 + 10 * (1 - during.served),
      );
    }
    if (during.blocked > GOALS.blocked) miss(`${name}: people blocked`, 2 + during.blocked);
    if (during.challenged >= GOALS.challenged) {
      miss(
        `${name}: ${percent(during.challenged)} of people's requests challenged`,
        1 + during.challenged,
      );
    }
    const bound = Math.max(before.p99 * GOALS.slower, before.p99 + NOISE_MS);
    if (held.p99 > bound) {
      miss(
        `${name}: people's p99 ${held.p99.toFixed(0)} ms, ${before.p99.toFixed(0)} before`,
        held.p99 / bound,
      );
    }
    if (withdrawn === null) miss(`${name}: a rule stayed`, 3);
  }
  return out.toSorted((a, b) => a.by - b.by).map(({ text }) => text);
}

type Columns<Row> = readonly (readonly [title: string, of: (row: Row) => string])[];

const COLUMNS: Columns<AttackFigures> = [
  ["attack", ({ name }) => name],
  ["detected", ({ detected }) => ms(detected)],
  ["mitigated", ({ mitigated }) => ms(mitigated)],
  ["requests", ({ requests }) => String(requests)],
  ["reached the site", ({ reached }) => String(reached)],
  ["people served", ({ during }) => percent(during.served)],
  ["challenged", ({ during }) => percent(during.challenged)],
  ["blocked", ({ during }) => percent(during.blocked)],
  [
    "p50 before / during / after",
    ({ before, during, after }) => trio(before.p50, during.p50, after.p50),
  ],
  ["p99 before / held / after", ({ before, held, after }) => trio(before.p99, held.p99, after.p99)],
  ["withdrawn", ({ withdrawn }) => ms(withdrawn)],
  [
    "site answers / s before / during",
    ({ origin }) => `${origin.before.toFixed(0)} / ${origin.during.toFixed(0)}`,
  ],
  ["CPU s", ({ cpu }) => cpu.toFixed(1)],
];

/** The figures as a table of Markdown, which reads as well on a terminal. */
export function table(attacks: readonly AttackFigures[]): string {
  return tableOf(COLUMNS, attacks);
}

export function tableOf<Row>(columns: Columns<Row>, figures: readonly Row[]): string {
  const rows = [
    columns.map(([title]) => title),
    ...figures.map((each) => columns.map(([, of]) => of(each))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] as number)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

export function ms(value: number | null): string {
  if (value === null || value === Number.POSITIVE_INFINITY) return "never";
  return `${Math.round(value)} ms`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function trio(...values: readonly number[]): string {
  return `${values.map((value) => value.toFixed(0)).join(" / ")} ms`;
}
