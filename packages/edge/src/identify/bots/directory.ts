import type { KeyObject } from "node:crypto";
import { createHash } from "node:crypto";
import type { Clock } from "@egide/std/clock.ts";
import { ed25519Key } from "#identify/bots/signature.ts";

/** Text of a URL; rejects where there is none. */
export type FetchText = (url: string) => Promise<string>;

const PATH = "/.well-known/http-message-signatures-directory";
const FRESH_MS = 3_600_000;
const AGAIN_MS = 300_000;
const MOST_KEYS = 32;

interface Directory {
  keys: ReadonlyMap<string, KeyObject>;
  expires: number;
}

/**
 * Keys of bots that sign their requests, from their own key directories. Only hosts that the registry
 * or a zone names are ever asked: else strangers could have any address fetched.
 */
export class KeyDirectories {
  readonly #fetch: FetchText;
  readonly #clock: Clock;
  readonly #directories = new Map<string, Directory>();

  constructor(fetch: FetchText, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** The key called `id` of a trusted host; null: there is none, or it is only being asked for. */
  key(host: string, id: string): KeyObject | null {
    const now = this.#clock.monotonic();
    let directory = this.#directories.get(host);
    if (directory === undefined || directory.expires <= now) {
      directory ??= { keys: new Map(), expires: 0 };
      directory.expires = now + AGAIN_MS;
      this.#directories.set(host, directory);
      void this.#ask(host, directory);
    }
    return directory.keys.get(id) ?? null;
  }

  async #ask(host: string, directory: Directory): Promise<void> {
    try {
      directory.keys = readKeys(await this.#fetch(`https://${host}${PATH}`));
      directory.expires = this.#clock.monotonic() + FRESH_MS;
    } catch {
      // Keys that were good stay so for the while that it takes to ask again.
    }
  }
}

/** Keys by their thumbprint (RFC 7638), which is what `keyid` says. Throws for what is no directory. */
export function readKeys(text: string): Map<string, KeyObject> {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("there is no list of keys");
  const out = new Map<string, KeyObject>();
  for (const jwk of keys.slice(0, MOST_KEYS) as { x?: unknown }[]) {
    const key = ed25519Key(jwk);
    if (key === null) continue;
    const canonical = JSON.stringify({ crv: "Ed25519", kty: "OKP", x: jwk.x });
    out.set(createHash("sha256").update(canonical).digest("base64url"), key);
  }
  return out;
}
