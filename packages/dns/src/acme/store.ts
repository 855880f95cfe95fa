import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { PemPair } from "#acme/pair.ts";

/** The account at one directory: its key, and its address once it is registered. */
export interface Account {
  readonly key: string;
  readonly url: string | null;
}

/**
 * Account and certificates on disk, readable by their owner alone. Key and certificate are one file,
 * written beside the old one and renamed over it: after a power cut there is the old or the new.
 */
export class AcmeStore {
  readonly #directory: string;

  /** `authority` is the directory's address: accounts and certificates of different ones never mix. */
  constructor(root: string, authority: string) {
    const host = new URL(authority).host.replaceAll(":", "_");
    this.#directory = join(root, `${host}-${shortHash(authority)}`);
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
  }

  readAccount(): Account | null {
    return this.#read("account.json", (value) => {
      const { key, url } = value as Partial<Account>;
      return typeof key === "string" ? { key, url: typeof url === "string" ? url : null } : null;
    });
  }

  writeAccount(account: Account): void {
    this.#write("account.json", account);
  }

  /** What is kept for exactly these names. */
  readPair(names: readonly string[]): PemPair | null {
    return this.#read(fileFor(names), (value) => {
      const { cert, key } = value as Partial<PemPair>;
      return typeof cert === "string" && typeof key === "string" ? { cert, key } : null;
    });
  }

  writePair(names: readonly string[], pair: PemPair): void {
    this.#write(fileFor(names), { names, ...pair });
  }

  #read<T>(name: string, parse: (value: object) => T | null): T | null {
    try {
      const value: unknown = JSON.parse(readFileSync(join(this.#directory, name), "utf8"));
      return typeof value === "object" && value !== null ? parse(value) : null;
    } catch {
      // Absent, or damaged by somebody: then it is obtained anew.
      return null;
    }
  }

  #write(name: string, value: object): void {
    const path = join(this.#directory, name);
    const next = `${path}.${process.pid}.new`;
    const file = openSync(next, "w", 0o600);
    try {
      writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
    const directory = openSync(this.#directory, "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }
}

function fileFor(names: readonly string[]): string {
  const sorted = names.toSorted();
  const readable = (sorted[0] ?? "none").replaceAll(/[^a-z0-9.-]/g, "_").slice(0, 80);
  return `${readable}-${shortHash(sorted.join(","))}.json`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
