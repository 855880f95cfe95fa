import { DDWAF } from "@datadog/native-appsec";
import {
  handlerShape,
  splitNumber,
  sqlShape,
  withoutComments,
} from "#operator/injection-shapes.ts";
import type { InjectionDetector } from "#operator/operator.ts";

/** libddwaf cuts strings there, so that longer values are looked at in overlapping windows. */
const windowBytes = 4096;
const windowStep = 3072;
/** Windows of one value that are looked at: past that the cost would not be bounded. */
const maxWindows = 22;
const timeoutMicroseconds = 20_000;

interface MatchEvent {
  readonly rule: { readonly id: string };
  readonly rule_matches: readonly {
    readonly parameters: readonly { readonly highlight?: readonly string[] }[];
  }[];
}

/**
 * libinjection as libddwaf ships it prebuilt (`@datadog/native-appsec`). Cheap conditions come first,
 * both checked against the library by fuzzing (see the test): a value of letters, digits and `_` alone
 * is one token and never SQL injection; without `<` and `=` no HTML tag or attribute can be.
 */
export function libinjection(): InjectionDetector {
  const rule = (id: string, operator: string): object => ({
    id,
    name: id,
    tags: { type: id, category: "attack" },
    conditions: [{ parameters: { inputs: [{ address: id }] }, operator }],
    transformers: [],
  });
  const engine = new DDWAF(
    { version: "2.1", rules: [rule("sqli", "is_sqli"), rule("xss", "is_xss")] },
    "egide",
    { obfuscatorKeyRegex: "", obfuscatorValueRegex: "" },
  );
  const context = engine.createContext();
  const run = (
    address: "sqli" | "xss",
    input: string | readonly string[],
  ): MatchEvent | undefined =>
    context.run({ ephemeral: { [address]: input } }, timeoutMicroseconds).events?.[0] as
      | MatchEvent
      | undefined;
  const ask = (address: "sqli" | "xss", value: string): MatchEvent | undefined => {
    for (let start = 0, windows = 0; windows < maxWindows; start += windowStep, windows++) {
      const text = value.length <= windowBytes ? value : value.slice(start, start + windowBytes);
      const event = run(address, text);
      if (event !== undefined) return event;
      if (start + windowBytes >= value.length) break;
    }
    return undefined;
  };
  return {
    sqli(value) {
      if (!mayBeSql(value)) return undefined;
      const plain = withoutComments(value);
      const read = splitNumber(plain ?? value) ?? plain;
      const event = ask("sqli", value) ?? (read === undefined ? undefined : ask("sqli", read));
      if (event !== undefined) return event.rule_matches[0]?.parameters[0]?.highlight?.[0] ?? "";
      return sqlShape(value) ?? (read === undefined ? undefined : sqlShape(read));
    },
    noSqli(values) {
      const asked = values.filter(mayBeSql);
      // What takes more than one question is left to `sqli`.
      if (asked.some((value) => value.length > windowBytes || isReadOtherwise(value))) return false;
      if (asked.length > 0 && run("sqli", asked) !== undefined) return false;
      return asked.every((value) => sqlShape(value) === undefined);
    },
    xss: (value) => /[<=]/.test(value) && (ask("xss", value) !== undefined || handlerShape(value)),
  };
}

/** Whether databases may read a value in another way than the library does. */
function isReadOtherwise(value: string): boolean {
  return value.includes("/*") || splitNumber(value) !== undefined;
}

/** A value of letters, digits and `_` alone is one token, and never SQL injection. */
function mayBeSql(value: string): boolean {
  return /[^0-9A-Za-z_]/.test(value);
}
