import pino from "pino";
import { terminalStream } from "#log/terminal.ts";

export type Logger = pino.Logger;

export interface LoggerOptions {
  readonly isTerminal: boolean;
  readonly level: string;
  /** Where finished lines go. */
  readonly write: (line: string) => void;
  readonly colour: boolean;
}

/** The process's own log: for people on a terminal, one JSON object a line elsewhere. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.isTerminal
    ? terminalStream(options.write, options.colour)
    : { write: options.write };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      errorKey: "error",
    },
    destination,
  );
}
