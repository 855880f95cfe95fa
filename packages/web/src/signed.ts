import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Signs short values for cookies and forms: HMAC-SHA-256 over a purpose and the value (RFC 2104),
 * so that what is signed for one purpose is worth nothing for another.
 */
export class Signer {
  readonly #key: Buffer;

  /** `key` holds at least 32 bytes of a secret that no page and no log shows. */
  constructor(key: Uint8Array) {
    if (key.length < 32) throw new RangeError("a signing key has at least 32 bytes");
    this.#key = Buffer.from(key);
  }

  /** The signature of `value`, 43 characters of base64url. */
  of(purpose: string, value: string): string {
    return this.#mac(purpose, value).toString("base64url");
  }

  /** `value.signature`, to be opened by `open`. */
  seal(purpose: string, value: string): string {
    return `${value}.${this.of(purpose, value)}`;
  }

  /** The value of what `seal` made, or null where it is not ours. */
  open(purpose: string, sealed: string): string | null {
    const dot = sealed.lastIndexOf(".");
    if (dot < 0) return null;
    const value = sealed.slice(0, dot);
    return this.verify(purpose, value, sealed.slice(dot + 1)) ? value : null;
  }

  verify(purpose: string, value: string, signature: string): boolean {
    const given = Buffer.from(signature, "base64url");
    const mac = this.#mac(purpose, value);
    return given.length === mac.length && timingSafeEqual(given, mac);
  }

  #mac(purpose: string, value: string): Buffer {
    // The length keeps («a», «bc») and («ab», «c») apart.
    return createHmac("sha256", this.#key)
      .update(`${purpose.length}:${purpose}${value}`, "utf8")
      .digest();
  }
}
