export interface Row {
  readonly workload: string;
  readonly unit: string;
  readonly goal: number;
  /** Median cost by peer; absent where the peer can't do it. */
  readonly cost: Readonly<Record<string, number>>;
  readonly perSecond: Readonly<Record<string, number>>;
  readonly p99: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Égide's cost as a multiple of nginx's, and of the cheapest peer's. */
export function ratios(row: Row): { nginx: number; best: number; bestName: string } {
  const own = row.cost["egide"] ?? Number.NaN;
  const others = Object.entries(row.cost).filter(([name]) => name !== "egide");
  const [bestName, best] = others.toSorted((a, b) => a[1] - b[1])[0] ?? ["none", Number.NaN];
  return { nginx: own / (row.cost["nginx"] ?? Number.NaN), best: own / best, bestName };
}

export function table(rows: readonly Row[], names: readonly string[]): string {
  const head = ["workload", "unit", ...names, "÷ nginx", "goal", "÷ best"];
  const lines = rows.map((row) => {
    const ratio = ratios(row);
    return [
      row.workload,
      row.unit,
      ...names.map((name) => cell(row, name)),
      figure(ratio.nginx),
      `≤ ${row.goal}`,
      `${figure(ratio.best)} ${ratio.bestName}`,
    ];
  });
  return grid([head, ...lines]);
}

/** Lines as a table, the first its head. */
export function grid(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => line[i]?.length ?? 0)),
  );
  const print = (line: readonly string[]) =>
    `| ${line.map((text, i) => text.padEnd(widths[i] as number)).join(" | ")} |`;
  const [head = [], ...rest] = lines;
  return [print(head), print(widths.map((width) => "-".repeat(width))), ...rest.map(print)].join(
    "\n",
  );
}

function cell(row: Row, name: string): string {
  const cost = row.cost[name];
  if (cost === undefined) return "–";
  const rate = row.perSecond[name] ?? 0;
  const failed = row.failed[name] ?? 0;
  const behind =
    rate === 0
      ? ""
      : ` (${Math.round(rate)}/s, p99 ${((row.p99[name] ?? 0) / 1000).toFixed(1)} ms)`;
  return `${cost.toFixed(1)}${behind}${failed > 0 ? ` ${failed} FAILED` : ""}`;
}

function figure(value: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(2);
}
