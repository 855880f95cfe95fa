/** When an operator matches: words for its argument, and for its negation. */
interface OperatorWords {
  readonly is: (argument: string) => string;
  readonly isNot: (argument: string) => string;
}

const compared = (how: string, not: string): OperatorWords => ({
  is: (argument) => `it is ${how} ${argument}`,
  isNot: (argument) => `it is ${not} ${argument}`,
});

const simple = (verb: string, not: string): OperatorWords => ({
  is: (argument) => `it ${verb} ${JSON.stringify(argument)}`,
  isNot: (argument) => `it ${not} ${JSON.stringify(argument)}`,
});

const fixed = (is: string, isNot: string): OperatorWords => ({ is: () => is, isNot: () => isNot });

/** Longest argument that is shown whole. */
const MOST = 400;
const short = (text: string): string =>
  text.length <= MOST ? text : `${text.slice(0, MOST)}… (${text.length} characters)`;
const words = (list: string): string => {
  const all = list.split(/\s+/).filter((word) => word !== "");
  const shown = all.slice(0, 20).join(", ");
  return all.length > 20 ? `${shown} … (${all.length} in all)` : shown;
};

const phrases: OperatorWords = {
  is: (argument) => `it holds one of these, in any case: ${words(argument)}`,
  isNot: (argument) => `it holds none of these, in any case: ${words(argument)}`,
};
const phraseFiles: OperatorWords = {
  is: (argument) => `it holds one of the lines of ${argument}, in any case`,
  isNot: (argument) => `it holds none of the lines of ${argument}, in any case`,
};
const addresses: OperatorWords = {
  is: (argument) => `it is an address among ${words(argument.replaceAll(",", " "))}`,
  isNot: (argument) => `it is no address among ${words(argument.replaceAll(",", " "))}`,
};
const addressFiles: OperatorWords = {
  is: (argument) => `it is an address among those of ${argument}`,
  isNot: (argument) => `it is no address among those of ${argument}`,
};

/** Every operator, by its lower-case name. */
export const operatorWords: Readonly<Record<string, OperatorWords>> = {
  beginswith: simple("begins with", "does not begin with"),
  contains: simple("contains", "does not contain"),
  containsword: simple("contains the word", "does not contain the word"),
  detectsqli: fixed(
    "libinjection takes it for SQL injection",
    "libinjection does not take it for SQL injection",
  ),
  detectxss: fixed(
    "libinjection takes it for a script",
    "libinjection does not take it for a script",
  ),
  endswith: simple("ends with", "does not end with"),
  eq: compared("equal to", "not equal to"),
  ge: compared("at least", "less than"),
  geolookup: fixed("its place on earth is known", "its place on earth is not known"),
  gt: compared("more than", "at most"),
  ipmatch: addresses,
  ipmatchf: addressFiles,
  ipmatchfromfile: addressFiles,
  le: compared("at most", "more than"),
  lt: compared("less than", "at least"),
  nomatch: fixed("never", "always"),
  pm: phrases,
  pmf: phraseFiles,
  pmfromfile: phraseFiles,
  rbl: simple("is listed by", "is not listed by"),
  rx: {
    is: (argument) => `the regular expression finds something in it: ${short(argument)}`,
    isNot: (argument) => `the regular expression finds nothing in it: ${short(argument)}`,
  },
  streq: simple("is", "is not"),
  strmatch: simple("contains", "does not contain"),
  unconditionalmatch: fixed("always", "never"),
  validatebyterange: {
    is: (argument) => `it holds bytes other than ${argument}`,
    isNot: (argument) => `it holds only bytes of ${argument}`,
  },
  validateurlencoding: fixed(
    "it holds a percent sign without two digits",
    "its percent escapes are whole",
  ),
  validateutf8encoding: fixed("it is no valid UTF-8", "it is valid UTF-8"),
  within: simple("is a part of", "is no part of"),
};
