import { lowercase } from "#transform/case.ts";

/**
 * Undoes the tricks of shell command lines (reference manual, cmdLine): drops `\`, `"`, `'` and `^`,
 * drops spaces before `/` and `(`, turns `,` `;` and white space into single spaces, lower-cases.
 */
export function cmdLine(value: string): string {
  if (!/[\\"'^,;A-Z\t\n\r\f\v]| [ /(]/.test(value)) return value;
  return lowercase(value)
    .replace(/[\\"'^]+/g, "")
    .replace(/[\t-\r ,;]+/g, " ")
    .replace(/ (?=[/(])/g, "");
}
