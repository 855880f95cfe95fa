import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figures } from "@egide/edge/mitigate/explain.ts";
import type { Mitigation } from "@egide/edge/mitigate/rule.ts";
import { z } from "zod";

/** Decisions that are kept at least: those of months, of an installation that is attacked daily. */
const KEPT = 1000;

const decisionSchema = z.object({
  /** Wall clock, milliseconds. */
  at: z.number(),
  zone: z.string(),
  id: z.string(),
  measure: z.string(),
  expression: z.string(),
  figures: z.string(),
});

export type MitigationDecision = z.infer<typeof decisionSchema>;

function pathIn(state: string): string {
  return join(state, "mitigations.jsonl");
}

/** Mitigations as they were made, with their figures: evidence for when they are contested later. */
export class DecisionLog {
  readonly #path: string;
  #lines: number;

  constructor(state: string) {
    this.#path = pathIn(state);
    this.#lines = linesOf(this.#path).length;
  }

  /** Throws where the file can't be written. */
  add(rule: Mitigation, at: number): void {
    const { zone, id, measure, expression } = rule;
    const decision = { at, zone, id, measure, expression, figures: figures(rule) };
    appendFileSync(this.#path, `${JSON.stringify(decision)}\n`, { mode: 0o640 });
    this.#lines += 1;
    if (this.#lines < KEPT * 2) return;
    const kept = linesOf(this.#path).slice(-KEPT);
    writeFileSync(`${this.#path}.new`, `${kept.join("\n")}\n`, { mode: 0o640 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#lines = kept.length;
  }
}

/**
 * The decision behind a refusal at `time`. Ids begin anew with each process: the last rule of that
 * name that was there by then is the one.
 */
export function findDecision(
  state: string,
  zone: string,
  id: string,
  time: number,
): MitigationDecision | null {
  let found: MitigationDecision | null = null;
  for (const line of linesOf(pathIn(state))) {
    const decision = parse(line);
    if (decision?.zone === zone && decision.id === id && decision.at <= time) found = decision;
  }
  return found;
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

function parse(line: string): MitigationDecision | null {
  try {
    return decisionSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
