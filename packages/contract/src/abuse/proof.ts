import type { KeyObject } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { z } from "zod";
import { type Figures, figuresSchema } from "#abuse/figures.ts";
import { partySchema } from "#abuse/message.ts";
import { keyIdOf, type SigningKey, signText, verifiesText } from "#signing.ts";

const CONTEXT = "egide figures v1\n";

/** Where a board publishes its proof of moderation (RFC 8615 names the folder). */
export const PROOF_PATH = "/.well-known/egide-moderation.json";

const proofSchema = z.strictObject({
  format: z.literal(1),
  board: partySchema,
  issued: z.iso.datetime(),
  figures: figuresSchema,
});

const signedSchema = z.strictObject({
  alg: z.literal("Ed25519"),
  keyId: z.string().max(200),
  payload: z.string().max(1_000_000),
  signature: z.string().max(100),
});

export type Proof = z.infer<typeof proofSchema>;

/** The signed figures, as JSON text: addressed to nobody, so that anybody may check them. */
export function signProof(board: string, figures: Figures, now: number, key: SigningKey): string {
  const issued = new Date(now).toISOString();
  const payload = JSON.stringify(proofSchema.parse({ format: 1, board, issued, figures }));
  const signature = signText(CONTEXT, payload, key);
  return JSON.stringify({ alg: "Ed25519", keyId: key.id, payload, signature });
}

/** What a proof says, or an AppError where `key` did not sign it. */
export function openProof(input: unknown, key: KeyObject): Proof {
  const signed = signedSchema.safeParse(input);
  if (!signed.success) throw refused("abuse.malformed", "not a proof of moderation");
  const { keyId, payload, signature } = signed.data;
  if (keyId !== keyIdOf(key)) throw refused("abuse.unknown_key", "signed by another key");
  if (!verifiesText(CONTEXT, payload, signature, key)) {
    throw refused("abuse.bad_signature", "the signature does not fit the figures");
  }
  return proofSchema.parse(JSON.parse(payload));
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
