import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Operator } from "#operator/operator.ts";
import { hasBit } from "#plan/bits.ts";
import { Gate } from "#plan/gate.ts";
import { addRange, emptySet } from "#regex/ast.ts";
import { SharedTexts, TextStore } from "#plan/text.ts";

function operator(...literals: string[]): Operator {
  return { name: "pm", argument: literals.join(" "), pure: true, literals, test: () => true };
}

/** The operators that the gate says can't match, by their number. */
function missed(gate: Gate, value: string, count: number): boolean[] {
  const miss = gate.missesOf(value);
  return Array.from({ length: count }, (_, index) => hasBit(miss, index));
}

const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Few letters, so that literals are found, begin like each other and hold each other. */
const letters = fc.constantFrom("a", "b", "c", "A", "B", " ", "<", "\0", "\xe9", "\xff");
const someText = fc.string({ unit: letters, maxLength: 40 });
const someLiteral = fc.string({ unit: letters, minLength: 1, maxLength: 9 }).map(folded);
/** Of letters and bytes above ASCII alone, any stands for all of its kind. */
const tellsApart = (literal: string): boolean =>
  literal.length > 1 || !/[a-z\x80-\xff]/.test(literal);

describe("gate", () => {
  test("says exactly which operators have a literal in a text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(someLiteral.filter(tellsApart), { minLength: 1, maxLength: 6 }), {
          minLength: 1,
          maxLength: 70,
        }),
        fc.array(someText, { minLength: 1, maxLength: 8 }),
        (sets, texts) => {
          const gate = new Gate(sets.map((set) => operator(...set)));
          for (const text of texts)
            expect(missed(gate, text, sets.length)).toEqual(
              sets.map((set) => !set.some((literal) => folded(text).includes(literal))),
            );
        },
      ),
      { numRuns: 400 },
    );
  });

  test("never misses a literal where bytes have to share classes", () => {
    const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
    const literals = bytes.flatMap((byte, index) => [
      folded(byte),
      folded(`${byte}${bytes[255 - index]}x`),
      folded(`k${byte}${bytes[(index * 7) & 255]}${byte}z`),
    ]);
    const gate = new Gate(literals.map((literal) => operator(literal)));
    for (const [index, literal] of literals.entries())
      for (const text of [literal, `..${literal}`, `${literal}!`])
        expect(hasBit(gate.missesOf(text), index)).toBeFalse();
  });

  test("knows nothing of operators without literals", () => {
    const open: Operator = { name: "rx", argument: ".", pure: true, test: () => true };
    expect(missed(new Gate([operator("abc"), open]), "zzz", 2)).toEqual([true, false]);
  });

  test("rules out what lacks a byte of a set that it needs, whatever literals are there", () => {
    const set = (bytes: string): Uint32Array => {
      const out = emptySet();
      for (const byte of bytes) addRange(out, byte.charCodeAt(0), byte.charCodeAt(0));
      return out;
    };
    const needing: Operator = { ...operator("abc"), needs: [set("<;"), set("0123456789")] };
    const { literals: _literals, ...open }: Operator = { ...needing, argument: "other" };
    const gate = new Gate([needing, open]);
    expect(missed(gate, "abc", 2)).toEqual([true, true]);
    expect(missed(gate, "abc <", 2)).toEqual([true, true]);
    expect(missed(gate, "abc < 1", 2)).toEqual([false, false]);
    expect(missed(gate, "ab; 2", 2)).toEqual([true, false]);
  });

  test("takes the same time for a text made of a literal's beginning", () => {
    const long = "ab".repeat(60);
    const gate = new Gate(
      Array.from({ length: 200 }, (_, index) => operator(`${long}${String(index)}z`)),
    );
    const started = process.cpuUsage();
    for (let i = 0; i < 5; i++) gate.missesOf("ab".repeat(32_768));
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe("shared texts", () => {
  test("keep a string from the second time on, and never more than their bounds", () => {
    const gate = new Gate([operator("abc")]);
    const shared = new SharedTexts();
    const ask = (value: string): unknown => new TextStore(gate, shared, undefined).get(value);
    expect(ask("once")).not.toBe(ask("once"));
    expect(ask("once")).toBe(ask("once"));
    for (let i = 0; i < 20_000; i++) {
      ask(`value ${i}`);
      ask(`value ${i}`);
    }
    const page = "p".repeat(100_000);
    for (let i = 0; i < 200; i++) {
      ask(`${page}${i}`);
      ask(`${page}${i}`);
    }
    const { strings, bytes } = shared.size;
    expect(strings).toBeLessThanOrEqual(4096);
    expect(bytes).toBeLessThan(4_000_000);
  });

  test("one text a string and transaction", () => {
    const store = new TextStore(new Gate([operator("abc")]), new SharedTexts(), undefined);
    expect(store.get("value")).toBe(store.get("value"));
    expect(store.get("v".repeat(200_000))).toBe(store.get("v".repeat(200_000)));
  });
});
