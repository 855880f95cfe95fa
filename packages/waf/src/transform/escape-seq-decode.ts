import { byteEscape, type Escape, letterEscapes, undoEscapes } from "#transform/escapes.ts";

const simple: Readonly<Record<string, string>> = {
  ...letterEscapes,
  "\\": "\\",
  "?": "?",
  "'": "'",
  '"': '"',
};

/** Undoes ANSI C escapes; what is not a valid escape stays as it is (reference manual, escapeSeqDecode). */
export function escapeSeqDecode(value: string): string {
  return undoEscapes(value, read);
}

function read(value: string, at: number): Escape {
  const byte = byteEscape(value, at);
  if (byte !== undefined) return byte;
  const char = value[at + 1] as string;
  return { text: simple[char] ?? `\\${char}`, length: 2 };
}
