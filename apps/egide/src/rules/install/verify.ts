import { createHash } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { readPublicKey, verifySignature } from "#rules/install/openpgp.ts";
import releases from "#rules/install/releases.json" with { type: "json" };

/** What a release is held against. */
export interface Proof {
  /** Given by whoever installs: it alone decides then. */
  readonly sha256?: string;
  /** Armoured texts of a detached signature and of the key that is said to have made it. */
  readonly signature?: string;
  readonly key?: string;
  /** The version that was asked for, where one was. */
  readonly version?: string;
}

/** Fingerprint of the key with which the project signs its releases, as its documentation gives it. */
export const SIGNING_KEY = releases.key.fingerprint;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Says by what a release is known to be genuine. Throws AppError where it is not, or nothing says so. */
export function verifyRelease(bytes: Uint8Array, proof: Proof, signer = SIGNING_KEY): string {
  const sum = sha256(bytes);
  if (proof.sha256 !== undefined) {
    if (!/^[0-9a-f]{64}$/i.test(proof.sha256)) throw refused("--sha256 is 64 hexadecimal digits");
    if (proof.sha256.toLowerCase() !== sum) {
      throw refused(`its SHA-256 is ${sum}, not the one that --sha256 names`);
    }
    return "the checksum given with --sha256";
  }
  const pinned = releases.checksums.find((one) => one.sha256 === sum);
  if (pinned !== undefined) return `the checksum of ${pinned.file}, known since ${pinned.pinned}`;
  if (proof.signature !== undefined && proof.key !== undefined) {
    const key = readPublicKey(proof.key);
    if (key.fingerprint !== signer) {
      throw refused(`the key is ${key.fingerprint}, and the project signs with ${signer}`);
    }
    if (!verifySignature(bytes, proof.signature, key)) {
      throw refused("its signature is not the project's");
    }
    return `the signature of ${signer}`;
  }
  const known = releases.checksums.find((one) => one.version === proof.version);
  if (known !== undefined && proof.version !== undefined) {
    throw refused(`its SHA-256 is ${sum}, and that of ${known.file} is ${known.sha256}`);
  }
  throw refused(
    `nothing says that it is genuine. Its SHA-256 is ${sum}: compare it with the project's and give it with --sha256, or give --signature and --key`,
  );
}

function refused(why: string): AppError {
  return new AppError({
    code: "rules.not_verified",
    source: "operator",
    retry: false,
    publicMessage: `the release is not installed: ${why}`,
  });
}
