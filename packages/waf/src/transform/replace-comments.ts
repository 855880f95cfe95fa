/**
 * Turns each C-style comment into one space, an unfinished one too; an end without a start stays
 * (reference manual, replaceComments).
 */
export function replaceComments(value: string): string {
  let start = value.indexOf("/*");
  if (start < 0) return value;
  let out = "";
  let from = 0;
  while (start >= 0) {
    out += `${value.slice(from, start)} `;
    const end = value.indexOf("*/", start + 2);
    if (end < 0) return out;
    from = end + 2;
    start = value.indexOf("/*", from);
  }
  return out + value.slice(from);
}
