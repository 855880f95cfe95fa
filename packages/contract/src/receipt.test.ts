import { expect, test } from "bun:test";
import { openReceipt, signReceipt } from "#receipt.ts";
import { publicKeyOf, signingKeyOf } from "#signing.ts";

const key = signingKeyOf(new Uint8Array(32).fill(7));
const other = signingKeyOf(new Uint8Array(32).fill(8));
const says = {
  zone: "site.test",
  kind: "rule",
  code: "rule.block",
  rule: "no-wp",
  request: "k3j9x0q2a70000004f2z",
  time: "2026-01-01T00:00:00.000Z",
  visitor: "abc",
  appealUntil: "2026-01-31T00:00:00.000Z",
} as const;

const half = (text: string) => {
  const read = publicKeyOf(text);
  if (read === null) throw new Error("not a key");
  return read;
};

test("a receipt is checked with the public half alone", () => {
  const signed = signReceipt(says, key);
  expect(openReceipt(signed, half(key.publicText))).toEqual({ ...says, key: key.id });
  expect(signed.length).toBeLessThan(600);
  expect(() => openReceipt(signed, half(other.publicText))).toThrow("receipt.bad_signature");
});

test("what was changed or is something else is refused", () => {
  const signed = signReceipt(says, key);
  const [prefix, payload = "", signature] = signed.split(".");
  const forged = Buffer.from(
    Buffer.from(payload, "base64url").toString().replace("no-wp", "other"),
  ).toString("base64url");
  for (const bad of [
    "",
    "egr1..",
    `${prefix}.${forged}.${signature}`,
    `egr2.${payload}.${signature}`,
    `${signed}.x`,
    `${signed}x`,
    "x".repeat(100_000),
  ]) {
    expect(() => openReceipt(bad, half(key.publicText))).toThrow(/receipt\.(?:malformed|bad)/);
  }
});

test("a seed makes the same key each time, and no other text is one", () => {
  expect(signingKeyOf(new Uint8Array(32).fill(7)).id).toBe(key.id);
  expect(other.id).not.toBe(key.id);
  expect([publicKeyOf(""), publicKeyOf("x"), publicKeyOf("!".repeat(43))]).toEqual([
    null,
    null,
    null,
  ]);
  expect(() => signingKeyOf(new Uint8Array(31))).toThrow("32 bytes");
});
