import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;
const MAGIC = Buffer.from("EGS1");

/** Encrypts what is sealed (AES-256-GCM, a key for each file), bound to the file's name. */
export class Sealing {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  close(name: string, plain: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.#key(name), nonce);
    cipher.setAAD(Buffer.from(name));
    const body = [cipher.update(plain), cipher.final()];
    return Buffer.concat([MAGIC, nonce, ...body, cipher.getAuthTag()]);
  }

  /** Throws where the file was changed, or sealed under another secret. */
  open(name: string, sealed: Uint8Array): Buffer {
    const all = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    const from = MAGIC.length + NONCE;
    const nonce = all.subarray(MAGIC.length, from);
    const decipher = createDecipheriv("aes-256-gcm", this.#key(name), nonce);
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(all.subarray(all.length - TAG));
    return Buffer.concat([decipher.update(all.subarray(from, all.length - TAG)), decipher.final()]);
  }

  #key(name: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#secret, name, "egide board sealed media", 32));
  }
}
