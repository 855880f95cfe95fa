import { createHmac } from "node:crypto";

/** Where a drill asks whether it stands before the installation that it belongs to. */
export const DRILL_PATH = "/.well-known/egide/drill";

/** What a drill may ask with: random, so that an answer can't be kept and shown by somebody else. */
const NONCE = /^[0-9a-f]{32}$/;

/**
 * Proof that this installation serves the zone: who holds `key` (32 bytes that never leave the state
 * directory) can work it out, and nobody else. Null where `nonce` is none.
 */
export function drillProof(key: Uint8Array, zone: string, nonce: string): string | null {
  if (!NONCE.test(nonce)) return null;
  return createHmac("sha256", key).update(`drill\n${zone}\n${nonce}`).digest("hex");
}
