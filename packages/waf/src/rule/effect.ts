import type { Regex } from "#regex/regex.ts";
import type { Macro } from "#rule/macro.ts";
import type { Target } from "#rule/model.ts";
import type { StoredCollection } from "#rule/variables.ts";

export type WritableCollection = StoredCollection | "TX" | "ENV";

/** Which rules something is about: identifiers, a tag or a message (regular expressions). */
export type RuleSelector =
  | { readonly kind: "id"; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "tag"; readonly regex: Regex }
  | { readonly kind: "msg"; readonly regex: Regex };

/** What `ctl:` changes for the rest of this transaction. */
export type Control =
  | { readonly kind: "removeRules"; readonly rules: RuleSelector }
  | {
      readonly kind: "removeTarget";
      readonly rules: RuleSelector;
      readonly targets: readonly Target[];
    }
  | { readonly kind: "ruleEngine"; readonly mode: "on" | "off" | "detect" }
  | { readonly kind: "bodyProcessor"; readonly name: string }
  | { readonly kind: "forceRequestBody"; readonly on: boolean }
  | { readonly kind: "requestBodyAccess"; readonly on: boolean }
  | { readonly kind: "requestBodyLimit"; readonly bytes: number }
  | { readonly kind: "responseBodyAccess"; readonly on: boolean }
  | { readonly kind: "responseBodyLimit"; readonly bytes: number }
  | { readonly kind: "auditEngine"; readonly mode: "on" | "off" | "relevant" }
  /** Kept for completeness: the audit record here has no parts and no debug log. */
  | { readonly kind: "inert" };

/** A non-disruptive action: runs on every match of its rule. */
export type Effect =
  | {
      readonly kind: "setvar";
      readonly collection: WritableCollection;
      readonly key: Macro;
      readonly how: "set" | "add" | "subtract" | "unset";
      readonly value: Macro;
    }
  | {
      readonly kind: "expirevar";
      readonly collection: StoredCollection | "TX";
      readonly key: Macro;
      readonly seconds: Macro;
    }
  | {
      readonly kind: "deprecatevar";
      readonly collection: StoredCollection;
      readonly key: Macro;
      readonly amount: number;
      readonly seconds: number;
    }
  | { readonly kind: "initcol"; readonly collection: StoredCollection; readonly key: Macro }
  | {
      readonly kind: "identify";
      readonly what: "SESSION" | "USER" | "RESOURCE";
      readonly key: Macro;
    }
  | { readonly kind: "setenv"; readonly key: string; readonly value: Macro }
  | {
      readonly kind: "sanitise";
      readonly what: "arg" | "requestHeader" | "responseHeader" | "matched";
      readonly name: string;
    }
  | { readonly kind: "ctl"; readonly control: Control };
