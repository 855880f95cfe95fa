import { dirname, relative, resolve } from "node:path";
import type { OptionSpec, Shell } from "#cli/command.ts";

export const CONFIG_OPTION: OptionSpec = {
  type: "string",
  short: "c",
  value: "file",
  summary: "Configuration file; else $EGIDE_CONFIG, else ./egide.yaml.",
};

export interface ConfigFile {
  readonly path: string;
  /** As short as it can be spelled from where the operator is. */
  readonly name: string;
  /** What relative paths inside the file start from. */
  readonly directory: string;
}

export function configFile(option: string | undefined, shell: Shell): ConfigFile {
  const path = resolve(shell.cwd, option ?? shell.env["EGIDE_CONFIG"] ?? "egide.yaml");
  const short = relative(shell.cwd, path);
  return { path, name: short.startsWith("..") ? path : short, directory: dirname(path) };
}
