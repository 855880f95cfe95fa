/**
 * What `remove by pattern` goes by. Texts are compared without case, width and composed forms
 * (Unicode NFKC), runs of white space as one; `*` stands for any run of characters.
 */
export function normalise(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

export type Pattern = (text: string) => boolean;

/** Characters of a pattern, without its stars, below which it would hit almost everything. */
export const PATTERN_LEAST = 4;
export const PATTERN_MOST = 500;

/** Null where the pattern is too short or too long to be meant. */
export function patternOf(source: string): Pattern | null {
  const parts = normalise(source).split("*");
  const letters = parts.join("").replaceAll(" ", "").length;
  if (letters < PATTERN_LEAST || source.length > PATTERN_MOST) return null;
  const wanted = parts.map((part) => part.trim()).filter((part) => part !== "");
  // The earliest place of each part leaves the most for the rest: no way back is ever needed.
  return (text) => {
    const plain = normalise(text);
    let at = 0;
    for (const part of wanted) {
      const found = plain.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return true;
  };
}
