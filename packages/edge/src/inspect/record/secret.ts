import { ALWAYS_REDACTED } from "@egide/contract/policy/log.ts";

/** Parts of names whose values nobody may read: a password by any of its names, tokens, card numbers. */
const PARTS = [
  "pass",
  "pwd",
  "secret",
  "token",
  "apikey",
  "credential",
  "authorization",
  "cookie",
  "session",
  "sessid",
  "csrf",
  "xsrf",
  "nonce",
  "signature",
  "cardn",
  "ccnum",
  "cvv",
  "cvc",
  "iban",
  "ssn",
  "otp",
];

/** Names that are secret as a whole, but in which too much else would be found as a part. */
const WHOLE: ReadonlySet<string> = new Set([...ALWAYS_REDACTED, "pin", "sid", "auth", "key"]);

/** True for a name, in lower case, of which the value is never written. */
export function isSecretName(lower: string): boolean {
  if (WHOLE.has(lower)) return true;
  const plain = lower.replace(/[-_. ]/g, "");
  return PARTS.some((part) => plain.includes(part));
}

/** The names of a zone on top of those that always are. */
export class SecretNames {
  readonly #more: ReadonlySet<string>;

  constructor(more: readonly string[]) {
    this.#more = new Set(more.map((name) => name.toLowerCase()));
  }

  has(lower: string): boolean {
    return this.#more.has(lower) || isSecretName(lower);
  }
}
