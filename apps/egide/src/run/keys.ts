import { hkdfSync, randomBytes } from "node:crypto";
import type { Keys } from "#run/message.ts";
import { secretFile } from "#run/secret-file.ts";

/**
 * The installation's secret from `state/secret.key`, made at the first start, and what is derived
 * from it (HKDF, RFC 5869). Nodes that are to accept each other's passes share the file. Session
 * tickets are sealed with keys of this process alone: they die with it.
 */
export function loadKeys(state: string): Keys {
  const secret = secretFile(state, "secret.key", "edge.secret");
  const derive = (purpose: string, bytes: number): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", secret, "", `egide ${purpose} v1`, bytes));
  return {
    secret: derive("visitors", 32),
    ticketKeys: randomBytes(48),
    signingSeed: derive("signing", 32),
    addressKey: derive("log addresses", 32),
    pseudonym: `egide-${Buffer.from(derive("name", 4)).toString("hex")}`,
  };
}
