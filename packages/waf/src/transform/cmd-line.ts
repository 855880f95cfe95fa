/**
 * Undoes the tricks of shell command lines (reference manual, cmdLine): drops `\`, `"`, `'` and `^`,
 * drops spaces before `/` and `(`, turns `,` `;` and white space into single spaces, lower-cases.
 */
export function cmdLine(value: string): string {
  if (!/[\\"'^,;A-Z\t\n\r\f\v]| [ /(]/.test(value)) return value;
  let out = "";
  let space = false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    switch (code) {
      case 34:
      case 39:
      case 92:
      case 94:
        break;
      case 9:
      case 10:
      case 11:
      case 12:
      case 13:
      case 32:
      case 44:
      case 59:
        space = true;
        break;
      default:
        if (space && code !== 47 && code !== 40) out += " ";
        space = false;
        out += code >= 65 && code <= 90 ? String.fromCharCode(code + 32) : value[i];
    }
  }
  return space ? `${out} ` : out;
}
