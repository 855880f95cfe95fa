import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { References } from "#respond/receipt/reference.ts";
import type { Verdict } from "#verdict.ts";

const references = new References(new Uint8Array(32).fill(1));
const facts = {
  requestId: "k3j9x0q2a70000004f2z",
  time: 1_767_225_600_123,
  zoneId: "site.test",
  client: "192.0.2.7",
  rules: ["logged", "no-wp"],
  bot: null,
};
const deny = (code: string, rule?: string): Verdict => ({
  kind: "deny",
  status: 403,
  code,
  headers: [],
  order: null,
  ...(rule === undefined ? {} : { rule }),
});

function refer(...asked: Parameters<References["of"]>): string {
  return references.of(...asked)?.toString() ?? "";
}

describe("a reference", () => {
  test("says what was decided, and whom it met only under a key", () => {
    const text = refer(facts, deny("rule.block"));
    expect(text).toMatch(/^[A-Za-z0-9._~-]{60,140}$/);
    expect(text).not.toContain("192.0.2.7");
    const refused = references.read("site.test", text);
    expect(refused).toEqual({
      kind: "rule",
      code: "rule.block",
      rule: "no-wp",
      request: facts.requestId,
      time: 1_767_225_600,
      visitor: expect.stringMatching(/^[\w-]{12}$/),
    });
    if (refused === null) throw new Error("not read");
    expect(references.met("site.test", refused, "192.0.2.7")).toBe(true);
    expect(references.met("site.test", refused, "192.0.2.8")).toBe(false);
    const later = refer({ ...facts, time: facts.time + 1000 }, deny("rule.block"));
    expect(references.read("site.test", later)?.visitor).not.toBe(refused.visitor);
  });

  test("names what the verdict names: a mitigation, a rule of the engine, a kind of bot", () => {
    const read = (verdict: Verdict, more: object = {}) =>
      references.read("site.test", refer({ ...facts, ...more }, verdict));
    expect(read(deny("mitigate.block", "m-0001"))).toMatchObject({
      kind: "mitigation",
      rule: "m-0001",
    });
    expect(read(deny("waf.blocked", "942100"))).toMatchObject({ kind: "waf", rule: "942100" });
    const bot = { name: "x", category: "aiTraining", verified: false };
    expect(read(deny("bot.blocked"), { bot })).toMatchObject({ kind: "bot", rule: "aiTraining" });
    expect(read(deny("ban.address"))).toMatchObject({ kind: "ban", rule: "" });
  });

  test("is not made of what a protocol or an order decided", () => {
    expect(refer(facts, deny("edge.method"))).toBe("");
    expect(refer(facts, deny("order.block"))).toBe("");
    expect(refer(facts, { kind: "drop", code: "ban.address" })).toBe("");
  });

  test("is written as ever, so that those on pages that were shown before stay good", () => {
    expect(refer(facts, deny("rule.block"))).toBe(
      "1~t85s00~rule.block~no-wp~k3j9x0q2a70000004f2z~3O_OsRjwgmJv~vSrZOrfF8hIQ",
    );
  });

  test("is one of this zone and of this installation", () => {
    const text = refer(facts, deny("rule.block"));
    expect(references.read("other.test", text)).toBeNull();
    const stranger = new References(new Uint8Array(32).fill(9));
    expect(stranger.read("site.test", text)).toBeNull();
  });

  test("can't be changed in any place", () => {
    const text = refer(facts, deny("rule.block"));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, piece) => {
        const changed = text.slice(0, at) + piece + text.slice(at + 1);
        expect(references.read("site.test", changed)).toEqual(
          changed === text ? references.read("site.test", text) : null,
        );
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (noise) => {
        expect(references.read("site.test", noise)).toBeNull();
      }),
    );
  });
});
