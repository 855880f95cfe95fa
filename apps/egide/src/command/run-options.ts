import type { OptionSpec, OptionValues, Shell } from "#cli/command.ts";
import { flag, text } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { CONFIG_OPTION } from "#config/file.ts";
import { createLogger, type Logger } from "#log/logger.ts";

/** Options of the commands that serve until they are stopped. */
export const RUN_OPTIONS = {
  config: CONFIG_OPTION,
  takeover: {
    type: "boolean",
    summary:
      "Replace the process that serves from the same state directory, without a failed request.",
  },
  "log-level": {
    type: "string",
    value: "level",
    choices: ["debug", "info", "warn", "error"],
    summary: "Least severe message of the process's log; else info.",
  },
  "log-format": {
    type: "string",
    value: "format",
    choices: ["text", "json"],
    summary: "Lines for people or for programs; else by whether this is a terminal.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const SIGNALS_ABOUT =
  "SIGHUP reloads the configuration (a broken one changes nothing), SIGUSR2 starts the program anew and hands over to it, SIGTERM finishes what is under way and stops.";

/** The process's log goes to standard error; standard output is for the records of requests. */
export function loggerFor(options: OptionValues, shell: Shell): Logger {
  const format = text(options, "log-format") ?? (shell.isTerminal ? "text" : "json");
  return createLogger({
    isTerminal: format === "text",
    level: text(options, "log-level") ?? "info",
    write: shell.err,
    colour: shell.isTerminal && paintFor(true, shell.env).bold("x") !== "x",
  });
}

export function wantsTakeover(options: OptionValues): boolean {
  return flag(options, "takeover");
}
