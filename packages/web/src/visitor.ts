import { randomBytes } from "node:crypto";
import type { Signer } from "#signed.ts";

/** Who asks, without a name: a random id that a signed cookie keeps in their browser. */
export interface Visitor {
  /** 22 characters of base64url: 128 random bits. */
  readonly id: string;
  /** False where the cookie was there: the browser keeps what it is given. */
  readonly isNew: boolean;
}

const PURPOSE = "visitor";
const ID = /^[A-Za-z0-9_-]{22}$/;

/** Reads the visitor's cookie, or makes a new visitor where there is none of ours. */
export function visitorOf(cookie: string | undefined, signer: Signer): Visitor {
  const id = cookie === undefined ? null : signer.open(PURPOSE, cookie);
  if (id !== null && ID.test(id)) return { id, isNew: false };
  return { id: randomBytes(16).toString("base64url"), isNew: true };
}

export function visitorCookie(visitor: Visitor, signer: Signer): string {
  return signer.seal(PURPOSE, visitor.id);
}
