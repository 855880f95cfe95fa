import { describe, expect, test } from "bun:test";
import { type AdmitContext, type Admission, admit, type Draft } from "#filter/admit.ts";
import { checkFilter, Filters } from "#filter/compile.ts";
import { hostsIn } from "#filter/links.ts";
import type { FilterRule } from "#filter/rule.ts";

const RULE: FilterRule = {
  id: 1,
  boardId: null,
  kind: "word",
  pattern: "kettle",
  fields: [],
  action: "refuse",
  replacement: "",
  message: null,
};

const SOUND: Partial<AdmitContext> = { proof: "sound" };

function draft(text: string, more: Partial<Draft> = {}): Draft {
  return { opensThread: false, words: { text, subject: "", name: "" }, files: [], ...more };
}

function context(
  rules: readonly Partial<FilterRule>[],
  more: Partial<AdmitContext> = {},
): AdmitContext {
  return {
    filters: new Filters(rules.map((rule, i) => ({ ...RULE, id: i + 1, ...rule }))),
    settings: {
      linksMost: 3,
      proofOfNewcomers: true,
      tor: "proof",
      withoutScript: "wait",
      duplicateFilesRefused: true,
      dnsbl: "proof",
    },
    staff: false,
    floodWaitMs: 0,
    duplicateText: false,
    duplicateFiles: [],
    dnsbl: null,
    newcomer: false,
    tor: false,
    proof: "none",
    knownFiles: [],
    removedTexts: [],
    ...more,
  };
}

function code(admission: Admission): string {
  return admission.kind === "refuse" ? admission.code : admission.kind;
}

const MATCH = {
  sha256: "ab".repeat(32),
  match: { known: { id: 5, list: 2, signal: "md5", value: "cd".repeat(16) }, distance: 0 },
} as const;

describe("admit", () => {
  test("words are found however they are dressed, and not within others", () => {
    const one = context([{}]);
    for (const text of ["a KETTLE!", "k3ttle", "кеttlе", "ke\u200bttle", "kettttle", "a, kéttle"]) {
      expect(code(admit(draft(text), one))).toBe("filter.word");
    }
    for (const text of ["kettledrum", "k e t t l e", "teapot"]) {
      expect(code(admit(draft(text), one))).toBe("allow");
    }
    const anywhere = context([{ kind: "letters" }]);
    for (const text of ["kettledrum", "k e t-t l e", "rusty.k.e.t.t.l.e"]) {
      expect(code(admit(draft(text), anywhere))).toBe("filter.word");
    }
  });

  test("links, with and without a scheme, dressed or with a user in front", () => {
    const one = context([{ kind: "domain", pattern: "*.shop.example", action: "refuse" }]);
    for (const text of [
      "https://shop.example/a?b",
      "see http://WWW.Shop.Example:8080 now",
      "https://good.example@a.shop.example/",
      "https://shop[.]example/x",
      "hxxp://shop.example",
    ]) {
      expect(code(admit(draft(text), one))).toBe("filter.link");
    }
    for (const text of ["https://workshop.example/", "https://shop.example.org/", "e.g. 3.14"]) {
      expect(code(admit(draft(text), one))).toBe("allow");
    }
    expect(hostsIn("a.b c.com d.txt www.x.y http://é.example x@y.org")).toEqual([
      "c.com",
      "www.x.y",
      "xn--9ca.example",
      "y.org",
    ]);
    expect(code(admit(draft("a.com b.com c.com d.com"), one))).toBe("filter.links");
  });

  test("what a filter does: refuse in its own words, hold, flag, replace", () => {
    const message = { en: "No kettles.", fr: "Pas de bouilloires." };
    expect(admit(draft("kettle"), context([{ message }]))).toMatchObject({
      kind: "refuse",
      texts: message,
      filter: 1,
    });
    expect(admit(draft("kettle"), context([{ action: "hold" }, { action: "flag" }]))).toMatchObject(
      {
        kind: "hold",
        marks: [
          { kind: "filter", filter: 1 },
          { kind: "filter", filter: 2 },
        ],
        seal: [],
      },
    );
    expect(code(admit(draft("kettle"), context([{ action: "flag" }])))).toBe("flag");
    const replaced = admit(
      draft("The old k3ttle, and the OLD KETTLE."),
      context([
        { pattern: "old kettle", action: "replace", replacement: "teapot" },
        { kind: "pattern", pattern: "\\bthe\\b", action: "replace", replacement: "$1" },
      ]),
    );
    expect(replaced).toMatchObject({ kind: "allow", words: { text: "$1 teapot, and $1 teapot." } });
  });

  test("fields, and names of files", () => {
    const files = [{ sha256: "x", filename: "my kettle.png" }];
    const only = (fields: FilterRule["fields"]): string =>
      code(admit(draft("", { files }), context([{ fields }])));
    expect(only([])).toBe("filter.word");
    expect(only(["filename"])).toBe("filter.word");
    expect(only(["text", "subject", "name"])).toBe("allow");
  });

  test("posters: floods, newcomers, Tor, listed addresses", () => {
    const told = (more: Partial<AdmitContext>): string =>
      code(admit(draft("x"), context([], more)));
    expect(admit(draft("x"), context([], { floodWaitMs: 4000 }))).toMatchObject({
      code: "filter.flood",
      retryAfterMs: 4000,
    });
    expect(told({ newcomer: true })).toBe("filter.proof_needed");
    expect(told({ newcomer: true, proof: "sound" })).toBe("allow");
    expect(told({ tor: true })).toBe("filter.proof_needed");
    expect(told({ tor: true, proof: "failed" })).toBe("filter.proof_failed");
    expect(told({ tor: true, proof: "sound" })).toBe("allow");
    expect(told({ dnsbl: "list.example" })).toBe("filter.proof_needed");
    expect(told({ dnsbl: "list.example", proof: "sound" })).toBe("allow");
    for (const [dnsbl, expected] of [
      ["refuse", "filter.listed_address"],
      ["hold", "hold"],
      ["flag", "flag"],
      ["off", "allow"],
    ] as const) {
      const settings = { ...context([]).settings, dnsbl };
      expect(told({ dnsbl: "list.example", settings })).toBe(expected);
    }
    expect(told({ staff: true, tor: true, floodWaitMs: 1, dnsbl: "list.example" })).toBe("allow");
  });

  test("what stood here a moment ago", () => {
    expect(code(admit(draft("x"), context([], { duplicateText: true })))).toBe(
      "filter.duplicate_text",
    );
    expect(code(admit(draft("x"), context([], { duplicateFiles: ["a"] })))).toBe(
      "filter.duplicate_file",
    );
  });

  test("a match with a list is held and sealed, and its sender is told nothing", () => {
    const known = { knownFiles: [MATCH], duplicateText: true };
    expect(admit(draft("kettle"), context([{}], known))).toMatchObject({
      kind: "hold",
      seal: [MATCH.sha256],
      marks: [{ kind: "known-file" }, { kind: "filter" }],
    });
    // But nobody fills the queue that way.
    expect(code(admit(draft("x"), context([], { ...known, floodWaitMs: 1 })))).toBe("filter.flood");
    expect(code(admit(draft("x"), context([], { knownFiles: [MATCH], staff: true })))).toBe("hold");
    const removedTexts = [{ id: 3, share: 0.8, isLong: false, by: "site" }] as const;
    expect(admit(draft("x"), context([], { removedTexts }))).toMatchObject({
      kind: "hold",
      marks: [{ kind: "removed-text", near: { id: 3 } }],
    });
    // What another board's staff removed is told of, and nothing more.
    const elsewhere = [{ id: 3, share: 0.8, isLong: true, by: "elsewhere" }] as const;
    expect(admit(draft("x"), context([], { removedTexts: elsewhere }))).toMatchObject({
      kind: "flag",
      marks: [{ kind: "removed-text" }],
    });
  });

  test("replacements that feed one another come to an end", () => {
    const rules = Array.from({ length: 40 }, () => ({
      kind: "pattern" as const,
      pattern: "a",
      action: "replace" as const,
      replacement: "aaaaaaaaaa",
    }));
    const { words } = new Filters(rules.map((rule, id) => ({ ...RULE, id, ...rule }))).run(
      { text: "a", subject: "", name: "" },
      [],
    );
    expect(words.text.length).toBeLessThanOrEqual(50_000);
  });

  test("where a word can't be replaced, staff are told of it", () => {
    const words = { text: "tea", subject: "a kettle", name: "" };
    const rule = { action: "replace", replacement: "pot" } as const;
    expect(admit(draft("tea", { words }), context([rule], SOUND))).toMatchObject({
      kind: "flag",
      marks: [{ kind: "filter" }],
    });
    expect(admit(draft("a kettle"), context([rule], SOUND))).toMatchObject({
      kind: "allow",
      words: { text: "a pot" },
    });
  });

  test("patterns are linear in time, and bad ones are refused when they are written", () => {
    for (const rule of [
      { kind: "pattern", pattern: "(a" },
      { kind: "pattern", pattern: "(?=a)" },
      { kind: "pattern", pattern: "(?:(?:a{50}){20}b?){20}" },
      { kind: "pattern", pattern: "a".repeat(2000) },
      { kind: "word", pattern: " … " },
      { kind: "letters", pattern: "…" },
      { kind: "domain", pattern: "localhost" },
    ] as const) {
      expect(() => checkFilter({ ...RULE, ...rule })).toThrow("filter.bad_pattern");
    }
    const slow = context([
      { kind: "pattern", pattern: "(a+)+$" },
      { kind: "letters", pattern: "b" },
      { kind: "domain", pattern: "x.example" },
      {},
    ]);
    const began = performance.now();
    for (const text of ["a".repeat(20_000), "a.".repeat(10_000), "@".repeat(20_000)]) {
      admit(draft(`${text}!`), slow);
    }
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("what a board says of Tor and of who brings no work", () => {
    const { settings } = context([]);
    const told = (own: Partial<typeof settings>, more: Partial<AdmitContext>): string =>
      code(admit(draft("x"), context([], { settings: { ...settings, ...own }, ...more })));
    expect(told({ tor: "allow" }, { tor: true })).toBe("allow");
    expect(told({ tor: "allow" }, { tor: true, newcomer: true })).toBe("filter.proof_needed");
    expect(told({ tor: "hold" }, { tor: true })).toBe("hold");
    expect(told({ tor: "refuse" }, { tor: true, proof: "sound" })).toBe("filter.tor");
    expect(told({ tor: "refuse" }, { tor: true, staff: true })).toBe("allow");
    expect(told({ tor: "hold" }, { tor: true, staff: true })).toBe("allow");
    for (const proof of ["sound", "waited"] as const) {
      expect(told({}, { tor: true, proof })).toBe("allow");
    }
    expect(told({}, { tor: true, proof: "early" })).toBe("filter.proof_early");
    // For approval goes who has no script; who has one, and failed, tries again.
    const hold = { withoutScript: "hold" } as const;
    expect(told(hold, { tor: true })).toBe("hold");
    expect(told(hold, { tor: true, proof: "failed" })).toBe("filter.proof_failed");
    expect(told(hold, { newcomer: true, floodWaitMs: 5 })).toBe("filter.flood");
    expect(told(hold, {})).toBe("allow");
  });
});
