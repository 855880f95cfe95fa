import { expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { accountWords } from "#account/words.ts";
import { describe } from "#describe.ts";
import { spaced } from "#french.ts";
import { SaidError } from "#said-error.ts";

test("French signs never begin a line", () => {
  expect(spaced("Un « mot » : quoi ? Oui ; 90 % du nº 3 !")).toBe(
    "Un «\u00a0mot\u00a0»\u00a0: quoi\u202f? Oui\u202f; 90\u00a0% du nº\u00a03\u202f!",
  );
  expect(spaced("https://a.example/?b")).toBe("https://a.example/?b");
});

test("what errors and account pages say is spaced, what a board's owner wrote is not", () => {
  const error = (code: string) =>
    new AppError({ code, source: "client", retry: false, publicMessage: "Non ; jamais." });
  const own = { "board.own": { en: "No; never.", fr: "Non ; jamais." } };
  expect(describe(error("board.own"), "fr", own)).toBe("Non\u202f; jamais.");
  const init = {
    code: "filter.own",
    source: "client",
    retry: false,
    publicMessage: "No.",
  } as const;
  const said = new SaidError(init, { en: "No.", fr: "Non ; jamais." });
  expect([describe(said, "en", own), describe(said, "fr", own)]).toEqual(["No.", "Non ; jamais."]);
  for (const text of Object.values(accountWords("fr"))) expect(text).not.toMatch(/ [;:!?»]|« /);
});
