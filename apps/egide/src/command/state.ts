import { resolve } from "node:path";
import { type Input, type OptionSpec, type Shell, text } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";

export const STATE_OPTION: OptionSpec = {
  type: "string",
  value: "dir",
  summary: "State directory of the process; else that of the configuration.",
};

/** `--state` alone needs no configuration: `egide up` may run without one. */
export function stateDirectory(options: Input["options"], shell: Shell): string | null {
  const named = text(options, "state");
  if (named !== undefined) return resolve(shell.cwd, named);
  const file = configFile(text(options, "config"), shell);
  const loaded = loadConfigFile(file, shell.env);
  if (loaded.ok) return resolve(file.directory, loaded.config.state);
  printProblems(loaded.problems, shell);
  return null;
}
