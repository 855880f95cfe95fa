import { closeSync, openSync, writeSync } from "node:fs";
import type { ImportResult, Invited } from "@egide/board/move/run/context.ts";
import type { Refused } from "@egide/board/move/source/record.ts";
import type { Shell } from "#cli/command.ts";

/** What was not taken, a line each; made with the first of them. */
export class ReportFile {
  readonly path: string;
  readonly reasons = new Map<string, number>();
  #file: number | null = null;

  constructor(path: string) {
    this.path = path;
  }

  add({ table, row, reason }: Refused): void {
    this.#file ??= openSync(this.path, "w", 0o600);
    writeSync(this.#file, `${JSON.stringify({ table, row, reason })}\n`);
    // Numbers and names in a reason would make each its own.
    const kind = `${table}: ${reason.replace(/\d+/g, "…").slice(0, 100)}`;
    this.reasons.set(kind, (this.reasons.get(kind) ?? 0) + 1);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

const REASONS_SHOWN = 12;

export function say(result: ImportResult, dryRun: boolean, report: ReportFile, shell: Shell): void {
  const verb = dryRun ? "would be taken" : "taken";
  for (const { from, to, threads, posts, known, files, held } of result.boards) {
    const extra = [
      known > 0 ? `${known} were here` : "",
      held > 0 ? `${held} held for staff` : "",
    ].filter((part) => part !== "");
    const more = extra.length === 0 ? "" : ` (${extra.join(", ")})`;
    shell.out(
      `/${from}/ → /${to}/: ${threads} threads, ${posts} posts, ${files} files ${verb}${more}\n`,
    );
  }
  const { bans, reports, filters, rules, acts, refused } = result;
  shell.out(`${bans} bans, ${reports} reports, ${filters} filters ${verb}\n`);
  if (rules + acts > 0) {
    shell.out(`${rules} versions of rules, ${acts} lines of the public log ${verb}\n`);
  }
  for (const [table, count] of result.passed) shell.out(`passed over: ${table}, ${count} rows\n`);
  sayInvited(result.invited, shell);
  if (refused === 0) return;
  shell.out(`not taken: ${refused}, listed in ${report.path}\n`);
  const reasons = [...report.reasons].sort(([, a], [, b]) => b - a);
  for (const [kind, count] of reasons.slice(0, REASONS_SHOWN)) shell.out(`  ${count} × ${kind}\n`);
}

export function sayInvited(invited: readonly Invited[], shell: Shell): void {
  if (invited.length === 0) return;
  shell.out("invitations (shown once, good for 30 days; give each to whom it is for):\n");
  for (const { name, role, board, path } of invited) {
    shell.out(
      `  ${name}, ${role}${board === null ? "" : ` of /${board}/`}: ${path || "(a dry run)"}\n`,
    );
  }
}
