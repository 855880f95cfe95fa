import { expect, test } from "bun:test";
import { openProof, signProof } from "#abuse/proof.ts";
import { exampleMessages } from "#abuse/testing/messages.ts";
import { publicKeyOf, signingKeyOf } from "#signing.ts";

const key = signingKeyOf(new Uint8Array(32).fill(5));
const half = publicKeyOf(key.publicText);
const other = publicKeyOf(signingKeyOf(new Uint8Array(32).fill(6)).publicText);

test("a proof of moderation is read by anybody who has the key, and by no other", () => {
  const figures = exampleMessages.find(({ kind }) => kind === "figures")?.body;
  if (half === null || other === null || figures === undefined) throw new Error("no example");
  const now = Date.UTC(2026, 0, 1);
  const text = signProof("board.example", figures as never, now, key);
  const proof = openProof(JSON.parse(text), half);
  expect(proof.figures).toEqual(figures as never);
  expect(proof.board).toBe("board.example");
  expect(() => openProof(JSON.parse(text), other)).toThrow("abuse.unknown_key");
  const forged = JSON.parse(text.replace('\\"acts\\":0', '\\"acts\\":9'));
  expect(() => openProof(forged, half)).toThrow("abuse.bad_signature");
  expect(() => openProof({}, half)).toThrow("abuse.malformed");
});
