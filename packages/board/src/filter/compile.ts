import { domainToASCII } from "node:url";
import { AppError } from "@egide/std/error.ts";
import { RE2JS } from "re2js";
import { hostsIn, isBelow } from "#filter/links.ts";
import { FILTER_FIELDS, type FilterField, type FilterRule } from "#filter/rule.ts";
import { FILTER_TEXTS } from "#filter/texts.ts";
import { fold } from "#match/text/fold.ts";

const LONGEST_PATTERN = 1000;
/** Instructions of a pattern: each is looked at for each character of a post. */
const LARGEST_PROGRAM = 500;
/** What is longer than any board takes is not made longer: replacements may feed one another. */
const LONGEST_TEXT = 50_000;

/** The words of a post, and the names of its files, as filters see them. */
export type Words = Readonly<Record<Exclude<FilterField, "filename">, string>>;

export interface FilterHit {
  readonly rule: FilterRule;
  readonly field: FilterField;
}

export interface Filtered {
  /** With replacements made. */
  readonly words: Words;
  readonly hits: readonly FilterHit[];
}

interface Test {
  hits(value: Value): boolean;
  replace(text: string): string;
}

/** A field's text with what several filters ask of it, worked out once. */
class Value {
  readonly text: string;
  #letters: string | undefined;
  #words: readonly string[] | undefined;
  #hosts: readonly string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get letters(): string {
    this.#letters ??= fold(this.text);
    return this.#letters;
  }

  /** Words at even places, folded; between them gaps, as "". */
  get words(): readonly string[] {
    this.#words ??= foldedParts(this.text.split(GAP));
    return this.#words;
  }

  get hosts(): readonly string[] {
    this.#hosts ??= hostsIn(this.text);
    return this.#hosts;
  }
}

/** Throws an AppError where a filter can't be used; asked before a filter is kept. */
export function checkFilter(rule: FilterRule): void {
  compile(rule);
  if (rule.kind !== "pattern") return;
  if (programOf(rule).programSize() > LARGEST_PROGRAM) throw badPattern();
}

/** Filters made ready: those of the instance and of one board. */
export class Filters {
  readonly #tests: readonly { readonly rule: FilterRule; readonly test: Test }[];

  constructor(rules: readonly FilterRule[]) {
    this.#tests = rules.map((rule) => ({ rule, test: compile(rule) }));
  }

  run(words: Words, filenames: readonly string[]): Filtered {
    const hits: FilterHit[] = [];
    const out: Record<keyof Words, string> = { ...words };
    const values = new Map<string, Value>();
    const valueOf = (text: string): Value => {
      const known = values.get(text) ?? new Value(text);
      values.set(text, known);
      return known;
    };
    for (const { rule, test } of this.#tests) {
      const fields = rule.fields.length === 0 ? FILTER_FIELDS : rule.fields;
      for (const field of fields) {
        if (field === "filename") {
          if (filenames.some((name) => test.hits(valueOf(name)))) hits.push({ rule, field });
          continue;
        }
        if (!test.hits(valueOf(out[field]))) continue;
        hits.push({ rule, field });
        if (rule.action !== "replace") continue;
        const replaced = test.replace(out[field]);
        if (replaced.length <= LONGEST_TEXT) out[field] = replaced;
      }
    }
    return { words: out, hits };
  }
}

function compile(rule: FilterRule): Test {
  if (rule.pattern.trim() === "" || rule.pattern.length > LONGEST_PATTERN) throw badPattern();
  switch (rule.kind) {
    case "word":
      return new WordTest(rule);
    case "letters": {
      const wanted = fold(rule.pattern);
      if (wanted === "") throw badPattern();
      return { hits: (value) => value.letters.includes(wanted), replace: (text) => text };
    }
    case "domain": {
      const domain = domainToASCII(
        rule.pattern
          .trim()
          .toLowerCase()
          .replace(/^\*?\./, ""),
      );
      if (!domain.includes(".")) throw badPattern();
      return {
        hits: (value) => value.hosts.some((host) => isBelow(host, domain)),
        replace: (text) => text,
      };
    }
    case "pattern":
      return patternTest(rule);
  }
}

function patternTest(rule: FilterRule): Test {
  const pattern = programOf(rule);
  // The replacement is taken as it stands: no references to groups.
  const replacement = RE2JS.quoteReplacement(rule.replacement);
  return {
    hits: (value) => pattern.matcher(value.text).find(),
    replace: (text) => pattern.matcher(text).replaceAll(replacement),
  };
}

function programOf({ pattern }: FilterRule): RE2JS {
  try {
    return RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
  } catch (cause) {
    throw badPattern(cause);
  }
}

/** What stands between words: neither letters, digits, marks nor signs that stand for letters. */
const GAP = /([^\p{L}\p{N}\p{M}\p{Cf}@$€|!+]+)/u;

class WordTest implements Test {
  readonly #wanted: readonly string[];
  readonly #replacement: string;

  constructor(rule: FilterRule) {
    this.#wanted = rule.pattern
      .split(GAP)
      .map(fold)
      .filter((word) => word !== "");
    if (this.#wanted.length === 0) throw badPattern();
    this.#replacement = rule.replacement;
  }

  hits(value: Value): boolean {
    return this.#find(value.words).length > 0;
  }

  replace(text: string): string {
    const parts = text.split(GAP);
    const span = (this.#wanted.length - 1) * 2;
    for (const at of this.#find(foldedParts(parts))) {
      for (let i = at + 1; i <= at + span; i++) parts[i] = "";
      parts[at] = this.#replacement;
    }
    return parts.join("");
  }

  /** Places in `folded` where the wanted words begin. */
  #find(folded: readonly string[]): readonly number[] {
    const found: number[] = [];
    for (let at = 0; at < folded.length; at += 2) {
      if (this.#wanted.every((word, i) => folded[at + i * 2] === word)) {
        found.push(at);
        at += (this.#wanted.length - 1) * 2;
      }
    }
    return found;
  }
}

function foldedParts(parts: readonly string[]): readonly string[] {
  return parts.map((part, i) => ((i & 1) === 0 ? fold(part) : ""));
}

function badPattern(cause?: unknown): AppError {
  return new AppError({
    code: "filter.bad_pattern",
    source: "client",
    retry: false,
    publicMessage: FILTER_TEXTS["filter.bad_pattern"].en,
    ...(cause === undefined ? {} : { cause }),
  });
}
