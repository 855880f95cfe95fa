import type { Command, Shell } from "#cli/command.ts";
import { text } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { configFile, CONFIG_OPTION } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { type Problem, renderProblem } from "#config/problem.ts";

export const checkCommand: Command = {
  name: "check",
  summary: "Read the configuration and say what is wrong with it.",
  about:
    "Prints every problem with its line and column and what was probably meant, and exits with 1 if there is any. Nothing is started or changed.",
  options: { config: CONFIG_OPTION },
  examples: [
    ["egide check", "Checks ./egide.yaml."],
    ["egide check && systemctl reload egide", "Reloads only what is sound."],
  ],
  run({ options }, shell) {
    const file = configFile(text(options, "config"), shell);
    const loaded = loadConfigFile(file, shell.env);
    if (!loaded.ok) {
      printProblems(loaded.problems, shell);
      return 1;
    }
    const { zones } = loaded.config;
    const hosts = zones.reduce((sum, zone) => sum + zone.hosts.length, 0);
    shell.out(`${file.name}: sound (${count(zones.length, "zone")}, ${count(hosts, "host")})\n`);
    return 0;
  },
};

export function printProblems(problems: readonly Problem[], shell: Shell): void {
  const paint = paintFor(shell.isTerminal, shell.env);
  const parts = problems.map((problem) => renderProblem(problem, paint));
  shell.err(`${parts.join("\n\n")}\n\n${count(problems.length, "problem")}\n`);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
