import { writeText } from "#match/text/testing/writer.ts";

type Next = () => number;
type Edit = (text: string, next: Next) => string;

const OTHERS = "other small grand certain ordinary several usual simple lovely former".split(" ");
const GLYPHS: Readonly<Record<string, string>> = {
  a: "а",
  e: "е",
  o: "о",
  c: "с",
  p: "р",
  x: "х",
  i: "і",
};
const LEET: Readonly<Record<string, string>> = { a: "4", e: "3", o: "0", s: "5", t: "7", i: "1" };

function words(text: string, change: (word: string, at: number) => string | null): string {
  return text
    .split(" ")
    .map(change)
    .filter((word) => word !== null)
    .join(" ");
}

function some(from: readonly string[], next: Next): string {
  return from[Math.floor(next() * from.length)] as string;
}

function typo(word: string, next: Next): string {
  const at = Math.floor(next() * word.length);
  const letter = String.fromCharCode(97 + Math.floor(next() * 26));
  const kind = next();
  if (kind < 0.3) return word.slice(0, at) + word.slice(at + 1);
  if (kind < 0.6) return word.slice(0, at) + letter + word.slice(at);
  return word.slice(0, at) + letter + word.slice(at + 1);
}

function letters(text: string, table: Readonly<Record<string, string>>, share: number, next: Next) {
  return Array.from(text)
    .map((c) => (next() < share ? (table[c] ?? c) : c))
    .join("");
}

/** What people do to a text so that it is not known again; shares are of words or letters. */
export const EDITS: Readonly<Record<string, Edit>> = {
  "one word in eight swapped": (text, next) =>
    words(text, (word) => (next() < 1 / 8 ? some(OTHERS, next) : word)),
  "one word in five swapped": (text, next) =>
    words(text, (word) => (next() < 1 / 5 ? some(OTHERS, next) : word)),
  "one word in eight inserted": (text, next) =>
    words(text, (word) => (next() < 1 / 8 ? `${word} ${some(OTHERS, next)}` : word)),
  "one word in eight deleted": (text, next) =>
    words(text, (word) => (next() < 1 / 8 ? null : word)),
  "one word in ten mistyped": (text, next) =>
    words(text, (word) => (next() < 1 / 10 ? typo(word, next) : word)),
  "three words changed": (text, next) => {
    const all = text.split(" ");
    for (let i = 0; i < 3; i++) all[Math.floor(next() * all.length)] = some(OTHERS, next);
    return all.join(" ");
  },
  "sentences in another order": (text, next) =>
    text
      .split(/(?<=[.!?]) /)
      .map((part) => ({ part, key: next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ part }) => part)
      .join(" "),
  "neighbouring words exchanged": (text, next) => {
    const all = text.split(" ");
    for (let i = 0; i + 1 < all.length; i++) {
      if (next() < 1 / 10) [all[i], all[i + 1]] = [all[i + 1] as string, all[i] as string];
    }
    return all.join(" ");
  },
  "in capitals": (text) => text.toUpperCase(),
  "with look-alike letters": (text, next) => letters(text, GLYPHS, 0.5, next),
  "with digits for letters": (text, next) => letters(text, LEET, 0.5, next),
  "with invisible characters": (text, next) =>
    Array.from(text)
      .map((c) => (next() < 0.2 ? `${c}\u200b` : c))
      .join(""),
  "spaced out": (text) => Array.from(text).join(" "),
  "with accents and drawn out letters": (text, next) =>
    Array.from(text)
      .map((c) => (/[aeiou]/.test(c) && next() < 0.3 ? `${c}${c}\u0301` : c))
      .join(""),
  "without spaces and punctuation": (text) => text.replaceAll(/[^a-z]/gi, ""),
  "a third left out": (text) => {
    const parts = text.split(/(?<=[.!?]) /);
    return parts.slice(0, Math.max(2, Math.ceil((parts.length * 2) / 3))).join(" ");
  },
  "quoted in the middle of another text": (text, next) =>
    `${writeText(next, 6)}\n>${text.replaceAll(". ", ".\n>")}\n${writeText(next, 6)}`,
  "quoted, swapped and mistyped": (text, next) =>
    `${writeText(next, 3)} ${words(text, (word) => {
      const kind = next();
      if (kind < 1 / 16) return some(OTHERS, next);
      return kind < 1 / 8 ? typo(word, next) : word;
    })} ${writeText(next, 3)}`,
  "all of it at once, lightly": (text, next) =>
    letters(
      words(text, (word) => {
        const kind = next();
        if (kind < 0.03) return null;
        if (kind < 0.06) return some(OTHERS, next);
        if (kind < 0.09) return `${word} ${some(OTHERS, next)}`;
        return kind < 0.12 ? typo(word, next) : word;
      }),
      GLYPHS,
      0.2,
      next,
    ),
};
