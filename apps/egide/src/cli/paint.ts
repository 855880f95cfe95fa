import type { Paint } from "#config/problem.ts";

const plain = (text: string): string => text;
const sgr =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

const PLAIN: Paint = { bold: plain, red: plain, dim: plain, green: plain };
const COLOUR: Paint = { bold: sgr(1), red: sgr(31), dim: sgr(2), green: sgr(32) };

/** Colours for a terminal whose owner did not refuse them (https://no-color.org). */
export function paintFor(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const refused = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return isTerminal && !refused ? COLOUR : PLAIN;
}
