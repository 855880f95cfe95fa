import type { Lists } from "@egide/contract/policy/rules.ts";
import { type OptionSpec, type Shell, text, type OptionValues } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { configFile } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";

export const LISTS_OPTION: OptionSpec = {
  type: "string",
  short: "c",
  value: "file",
  summary: "Configuration whose lists the expression may name; else there are none.",
};

/** The lists of the configuration that was named; null where it is unsound, which was told. */
export function namedLists(options: OptionValues, shell: Shell): Lists | null {
  const name = text(options, "config");
  if (name === undefined) return {};
  const loaded = loadConfigFile(configFile(name, shell), shell.env);
  if (loaded.ok) return loaded.config.lists;
  printProblems(loaded.problems, shell);
  return null;
}
