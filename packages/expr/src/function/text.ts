import { lowerAscii, upperAscii } from "#match/bytes.ts";
import { arrayOf, BOOL, INT, STRING, sameType } from "#type.ts";
import type { Value } from "#value.ts";
import { type FunctionDefinition, literalInt, literalText } from "#function/define.ts";
import { spell } from "#function/spell.ts";

const SOURCE = { name: "source", types: ["string"], form: "computed" } as const;

export const TEXT: readonly FunctionDefinition[] = [
  {
    name: "lower",
    about: "ASCII letters in lower case; other bytes stay.",
    params: [{ name: "source", types: ["string"] }],
    result: () => STRING,
    make: () => lowerAscii,
  },
  {
    name: "upper",
    about: "ASCII letters in upper case; other bytes stay.",
    params: [{ name: "source", types: ["string"] }],
    result: () => STRING,
    make: () => upperAscii,
  },
  {
    name: "len",
    about: "Bytes of a string, or elements of an array.",
    params: [{ name: "source", types: ["string", "array"] }],
    result: () => INT,
    make: () => (source: string | readonly Value[]) => source.length,
  },
  {
    name: "concat",
    about: "The values one after the other: strings, integers, Booleans, addresses; or arrays.",
    params: [{ name: "values", types: ["string", "int", "bool", "ip", "array"], repeated: true }],
    takesMissing: true,
    result: (given) => (given[0]?.type.kind === "array" ? given[0].type : STRING),
    make: (given, refuse) => {
      const first = given[0]?.type;
      if (first?.kind === "array") {
        given.forEach(({ type }, i) => {
          if (!sameType(type, first)) refuse(i, "arrays are joined with arrays of the same type");
        });
        return (...arrays: (readonly Value[] | undefined)[]) => arrays.flatMap((one) => one ?? []);
      }
      given.forEach(({ type }, i) => {
        if (type.kind === "array") refuse(i, "an array is joined with arrays only");
      });
      // A missing value is as good as an empty string here.
      return (...values: (Value | undefined)[]) => {
        let out = "";
        for (const value of values) out += value === undefined ? "" : spell(value);
        return out;
      };
    },
  },
  {
    name: "starts_with",
    about: "True if the string begins with the other.",
    params: [SOURCE, { name: "substring", types: ["string"] }],
    result: () => BOOL,
    make: () => (source: string, start: string) => source.startsWith(start),
  },
  {
    name: "ends_with",
    about: "True if the string ends with the other.",
    params: [SOURCE, { name: "substring", types: ["string"] }],
    result: () => BOOL,
    make: () => (source: string, end: string) => source.endsWith(end),
  },
  {
    name: "substring",
    about: "Bytes from `start` up to `end`, both counted from the end where they are negative.",
    params: [
      SOURCE,
      { name: "start", types: ["int"] },
      { name: "end", types: ["int"], optional: true },
    ],
    result: () => STRING,
    make: () => (source: string, start: number, end?: number) => source.slice(start, end),
  },
  {
    name: "split",
    about: "The parts between separators, at most `limit` of them; the last holds the rest.",
    params: [
      { name: "input", types: ["string"] },
      { name: "separator", types: ["string"], form: "literal" },
      { name: "limit", types: ["int"], form: "literal" },
    ],
    result: () => arrayOf(STRING),
    make: (given, refuse) => {
      const separator = literalText(given, 1) ?? "";
      const limit = literalInt(given, 2) ?? 0;
      if (separator === "") refuse(1, "the separator is empty");
      if (limit < 1 || limit > 128) refuse(2, "the limit lies between 1 and 128");
      return (input: string) => {
        const parts = input.split(separator, limit);
        const taken = parts.join(separator).length;
        if (taken < input.length) parts[parts.length - 1] += input.slice(taken);
        return parts;
      };
    },
  },
  {
    name: "join",
    about: "The strings of an array with the separator between them.",
    params: [
      { name: "items", types: ["strings"] },
      { name: "separator", types: ["string"] },
    ],
    result: () => STRING,
    make: () => (items: readonly string[], separator: string) => items.join(separator),
  },
  {
    name: "remove_bytes",
    about: "The string without any of the given bytes.",
    params: [
      { name: "source", types: ["string"] },
      { name: "bytes", types: ["string"] },
    ],
    result: () => STRING,
    make: () => (source: string, bytes: string) => {
      let out = "";
      let from = 0;
      for (let i = 0; i < source.length; i++) {
        if (!bytes.includes(source[i] as string)) continue;
        out += source.slice(from, i);
        from = i + 1;
      }
      return from === 0 ? source : out + source.slice(from);
    },
  },
  {
    name: "to_string",
    about: "An integer, a Boolean or an address as text.",
    params: [{ name: "value", types: ["int", "bool", "ip"] }],
    result: () => STRING,
    make: () => spell,
  },
];
