import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { configSchema } from "#config.ts";
import { openEnvelope, signSnapshot } from "#envelope.ts";
import { compileSnapshot } from "#snapshot.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const TRUSTED = new Map([["k1", publicKey]]);
const snapshot = compileSnapshot(
  configSchema.parse({ zones: [{ hosts: ["example.org"], origin: "http://127.0.0.1:3000" }] }),
  [],
  { version: 5, created: 0 },
);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("signed snapshots", () => {
  const envelope = signSnapshot(snapshot, "k1", privateKey);

  test("open to what was sealed", () => {
    expect(openEnvelope(JSON.parse(JSON.stringify(envelope)), TRUSTED, 4)).toEqual(snapshot);
  });

  test.each([
    ["snapshot.stale", envelope, 5],
    ["snapshot.bad_signature", { ...envelope, payload: envelope.payload.replace("5", "6") }, 0],
    ["snapshot.unknown_key", { ...envelope, keyId: "k2" }, 0],
    ["snapshot.malformed", { ...envelope, alg: "none" }, 0],
    ["snapshot.malformed", null, 0],
    ["snapshot.malformed", signText("not json"), 0],
    ["snapshot.invalid", signText("{}"), 0],
  ] as const)("%s", (code, input, after) => {
    expect(codeOf(() => openEnvelope(input, TRUSTED, after))).toBe(code);
  });

  test("any other bit in the signature is refused", () => {
    const bytes = Buffer.from(envelope.signature, "base64url");
    for (let i = 0; i < bytes.length; i++) {
      const forged = Buffer.from(bytes);
      forged[i] = (forged[i] as number) ^ 1;
      const input = { ...envelope, signature: forged.toString("base64url") };
      expect(codeOf(() => openEnvelope(input, TRUSTED, 0))).toBe("snapshot.bad_signature");
    }
  });
});

/** What the holder of the key could seal by mistake. */
function signText(payload: string): unknown {
  const stringify = JSON.stringify;
  try {
    JSON.stringify = () => payload;
    return signSnapshot(snapshot, "k1", privateKey);
  } finally {
    JSON.stringify = stringify;
  }
}
