/**
 * Letters that look alike, as the letter that stands for all of them (in the manner of the skeletons of
 * Unicode UTS #39, for the letters that are used to dodge filters). Only what the compatibility
 * decomposition (NFKD) does not already bring together.
 */
const ALIKE: readonly (readonly [string, string])[] = [
  ["a", "аαɑ@4ⲁ"],
  ["b", "вьβ8ƅ"],
  ["c", "сϲ¢ⅽ"],
  ["d", "ԁɗđ"],
  ["e", "еєεё3€ҽ"],
  ["f", "ƒ"],
  ["g", "ɡցğ9"],
  ["h", "һнհ"],
  ["i", "іıιїl1|!ӏⅼ"],
  ["k", "кκķ"],
  ["m", "мⅿ"],
  ["n", "пηո"],
  ["o", "оοσ0øөօ"],
  ["p", "рρ"],
  ["q", "ԛ"],
  ["r", "гʀ"],
  ["s", "ѕ$5ꜱ"],
  ["t", "тτ7+†"],
  ["u", "υսµ"],
  ["v", "ѵν"],
  ["w", "ԝωѡ"],
  ["x", "хχ×"],
  ["y", "уүγ"],
  ["z", "ᴢ2"],
  ["ss", "ß"],
  ["ae", "æ"],
  ["oe", "œ"],
];

const LETTER = new Map<string, string>();
for (const [letter, others] of ALIKE) for (const other of others) LETTER.set(other, letter);

/** A digit or sign stands for a letter only beside one: «h3llo», not «300». */
const DIGIT_LIKE = /[0-9@$€¢|!+†×]/;
/** Behind a word these are what they are: «hello!». */
const ENDS_SENTENCE = /[!|+×†]/;
const KEPT = /[\p{L}\p{N}]/u;

/**
 * What is left of a text once everything is gone that a reader does not see or does not mind: case,
 * accents, invisible characters, punctuation, spacing, look-alike letters, digits for letters, letters
 * drawn out: letters and digits alone. Linear in the length of the text.
 */
export function fold(text: string): string {
  const letters: string[] = [];
  let previous = "";
  const characters = Array.from(text.normalize("NFKD").toLowerCase());
  for (const [i, character] of characters.entries()) {
    for (const letter of folded(characters, i, character)) {
      // Also across words: a text that is spaced out has no others.
      if (letter === previous && !isDigit(letter)) continue;
      letters.push(letter);
      previous = letter;
    }
  }
  return letters.join("");
}

function folded(characters: readonly string[], at: number, character: string): string {
  if (DIGIT_LIKE.test(character)) {
    const ahead = isLetter(characters[at + 1]);
    const beside = ahead || (!ENDS_SENTENCE.test(character) && isLetter(characters[at - 1]));
    if (beside) return LETTER.get(character) ?? (KEPT.test(character) ? character : "");
    return isDigit(character) ? character : "";
  }
  const alike = LETTER.get(character);
  if (alike !== undefined) return alike;
  return KEPT.test(character) ? character : "";
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /\p{L}/u.test(character);
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}
