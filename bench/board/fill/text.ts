const ONSETS = "b c d f g h j l m n p r s t v br ch cl dr fl gl gr pl pr sh st th tr".split(" ");
const VOWELS = "a e i o u ai ea io ou".split(" ");
const ENDS = ["", "", "", "n", "r", "l", "s", "t", "nd", "rn"];
const WORDS = 30_000;
/** Words of a text on average, and at most. */
const MEAN = 22;
const MOST = 160;

/** Words that mean nothing, those said most often first: one syllable, then two, then three. */
export function vocabulary(random: () => number): readonly string[] {
  const syllable = (): string => pick(ONSETS, random) + pick(VOWELS, random) + pick(ENDS, random);
  const words = new Set<string>();
  while (words.size < WORDS) {
    const syllables = words.size < 400 ? 1 : words.size < 8000 ? 2 : 3;
    words.add(Array.from({ length: syllables }, syllable).join(""));
  }
  return [...words];
}

/** A word as often as its rank has it said: the inverse of the rank, as in languages (Zipf). */
export function wordOf(words: readonly string[], random: () => number): string {
  return words[Math.floor(words.length ** random()) - 1] as string;
}

/** A text of the length that people write: many short ones, few long. Lines of 4 to 20 words. */
export function textOf(words: readonly string[], random: () => number): string {
  const length = Math.min(MOST, 2 + Math.floor(-(MEAN - 2) * Math.log(1 - random())));
  let text = "";
  let line = 0;
  for (let at = 0; at < length; at += 1) {
    line += 1;
    const breaks = line > 4 && random() < 0.06;
    if (at > 0) text += breaks ? "\n" : " ";
    if (breaks) line = 0;
    text += wordOf(words, random);
  }
  return text;
}

function pick(from: readonly string[], random: () => number): string {
  return from[Math.floor(random() * from.length)] as string;
}
