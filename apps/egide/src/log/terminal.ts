import { paintFor } from "#cli/paint.ts";

/**
 * Turns pino's JSON into lines for people: `14:03:07 warn  worker restarted  worker=1 in=2 s`.
 * Anything that is not such a line passes unchanged.
 */
export function terminalStream(
  write: (line: string) => void,
  colour: boolean,
): { write(line: string): void } {
  const paint = paintFor(colour, {});
  return {
    write(line) {
      const record = asRecord(line);
      if (record === null) {
        write(line);
        return;
      }
      const { level, time, msg, error, ...rest } = record;
      const clock = String(time).slice(11, 19);
      const name = String(level).padEnd(5);
      const tone =
        level === "error" || level === "fatal"
          ? paint.red
          : level === "warn"
            ? paint.bold
            : paint.green;
      const fields = Object.entries(rest).map(
        ([key, value]) => ` ${paint.dim(`${key}=`)}${show(value)}`,
      );
      write(
        `${paint.dim(clock)} ${tone(name)} ${typeof msg === "string" ? msg : ""}${fields.length > 0 ? " " : ""}${fields.join("")}\n`,
      );
      const stack = (error as { stack?: unknown } | undefined)?.stack;
      if (typeof stack === "string") write(`${paint.dim(clean(stack).replace(/^/gm, "    "))}\n`);
    },
  };
}

function asRecord(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function show(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const safe = clean(text);
  return /^[^\s"=]+$/.test(safe) ? safe : JSON.stringify(safe);
}

/** What strangers sent must not move the cursor of whoever reads the log. */
function clean(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control bytes are the point
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "\u00b7");
}
