import { hkdfSync } from "node:crypto";

/** What is derived from the installation's one secret (HKDF, RFC 5869), each purpose its own. */
export class Secret {
  readonly #root: Uint8Array;

  constructor(root: Uint8Array) {
    if (root.length < 32) throw new RangeError("a secret has at least 32 bytes");
    this.#root = root;
  }

  of(purpose: string, bytes = 32): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#root, "", `egide board ${purpose} v1`, bytes));
  }
}
