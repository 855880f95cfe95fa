import type { HeadText } from "@egide/edge/wire/conn.ts";

/** A message head as a transport would write it, one char a byte. */
export function headText(head: HeadText, fields: readonly string[]): string {
  let text = "";
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  const into = Buffer.alloc(head.most);
  const start = into.toString("latin1", 0, head.before(into, 0));
  return start + text + into.toString("latin1", 0, head.after(into, 0));
}
