import { Pattern, PatternError } from "#match/pattern.ts";
import { Wildcard, WildcardError } from "#match/wildcard.ts";
import { STRING } from "#type.ts";
import { type FunctionDefinition, literalText, type Refuse } from "#function/define.ts";

export const REPLACE: readonly FunctionDefinition[] = [
  {
    name: "regex_replace",
    about: "The first match replaced; `${1}` stands for a group, `$$` for a dollar.",
    params: [
      { name: "source", types: ["string"] },
      { name: "pattern", types: ["string"], form: "literal" },
      { name: "replacement", types: ["string"], form: "literal" },
    ],
    result: () => STRING,
    make: (given, refuse) => {
      const pattern = patternOf(literalText(given, 1) ?? "", refuse);
      const parts = template(literalText(given, 2) ?? "", pattern.groups, refuse);
      return (source: string) => {
        const match = pattern.first(source);
        if (match === null) return source;
        const [from, to] = match[0] as readonly [number, number];
        const group = (index: number): string => {
          const [start, end] = match[index] as readonly [number, number];
          return start < 0 ? "" : source.slice(start, end);
        };
        return source.slice(0, from) + fill(parts, group) + source.slice(to);
      };
    },
  },
  {
    name: "wildcard_replace",
    about:
      "A value that matches as a whole, replaced; `${1}` stands for a star. Flag `s`: with case.",
    params: [
      { name: "source", types: ["string"], form: "computed" },
      { name: "wildcard", types: ["string"], form: "literal" },
      { name: "replacement", types: ["string"], form: "literal" },
      { name: "flags", types: ["string"], form: "literal", optional: true },
    ],
    result: () => STRING,
    make: (given, refuse) => {
      const flags = literalText(given, 3) ?? "";
      if (flags !== "" && flags !== "s") refuse(3, "the only flag is `s`");
      const wildcard = wildcardOf(literalText(given, 1) ?? "", flags === "s", refuse);
      const parts = template(literalText(given, 2) ?? "", wildcard.stars, refuse);
      return (source: string) => {
        const stars = wildcard.captures(source);
        return stars === null ? source : fill(parts, (index) => stars[index - 1] as string);
      };
    },
  },
];

function patternOf(source: string, refuse: Refuse): Pattern {
  try {
    return new Pattern(source);
  } catch (error) {
    if (error instanceof PatternError) return refuse(1, error.message);
    throw error;
  }
}

function wildcardOf(source: string, strict: boolean, refuse: Refuse): Wildcard {
  try {
    return new Wildcard(source, strict);
  } catch (error) {
    if (error instanceof WildcardError) return refuse(1, error.message);
    throw error;
  }
}

/** Texts and numbers of groups, in turn. */
type Template = readonly (string | number)[];

function template(text: string, groups: number, refuse: Refuse): Template {
  const out: (string | number)[] = [];
  let references = 0;
  for (const [piece] of text.matchAll(/\$\$|\$\{\d{1,2}\}|\$|[^$]+/g)) {
    if (piece === "$$") out.push("$");
    else if (piece === "$") refuse(2, "write `$$` for a dollar, `${1}` for a group");
    else if (!piece.startsWith("${")) out.push(piece);
    else {
      const group = Number(piece.slice(2, -1));
      if (group < 1 || group > groups) refuse(2, `there is nothing that ${piece} stands for`);
      if (++references > 8) refuse(2, "more than eight references");
      out.push(group);
    }
  }
  return out;
}

function fill(parts: Template, group: (index: number) => string): string {
  let out = "";
  for (const part of parts) out += typeof part === "string" ? part : group(part);
  return out;
}
