import { AhoCorasick } from "#operator/aho-corasick.ts";
import type { Operator, OperatorFactory, OperatorLoad } from "#operator/operator.ts";

/** `@pm one two`: any of the phrases, without regard to ASCII case; `|41 42|` writes bytes in hex. */
export const pm: OperatorFactory = (argument, load) => {
  const plain = argument.replace(/\|([0-9A-Fa-f\s]+)\|/g, (_all, hex: string) =>
    hex
      .split(/\s+/)
      .filter((digits) => digits !== "")
      .map((digits) => String.fromCharCode(Number.parseInt(digits, 16) & 255))
      .join(""),
  );
  const phrases = plain.split(/\s+/).filter((phrase) => phrase !== "");
  if (phrases.length === 0) load.fail("@pm wants at least one phrase");
  return phraseMatch("pm", argument, phrases);
};

/** `@pmFromFile file`: as @pm, a phrase a line; `#` starts a comment line. */
export const pmFromFile: OperatorFactory = (argument, load) => {
  const phrases = argument
    .split(/\s+/)
    .filter((name) => name !== "")
    .flatMap((name) => phrasesOf(name, load));
  if (phrases.length === 0) load.fail("@pmFromFile wants a file with at least one phrase");
  return phraseMatch("pmfromfile", argument, phrases);
};

function phrasesOf(name: string, load: OperatorLoad): string[] {
  const text = load.data(name);
  if (text === undefined) return load.fail(`the data file ${name} is missing`);
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function phraseMatch(name: string, argument: string, phrases: readonly string[]): Operator {
  let built: AhoCorasick | undefined;
  const automaton = (): AhoCorasick => (built ??= new AhoCorasick(phrases));
  return {
    name,
    argument,
    pure: true,
    literals: phrases.map(foldAscii),
    test: (value) => automaton().find(value) >= 0,
    captures: (value) => [phrases[automaton().find(value)]],
    warm: () => void automaton(),
  };
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
