import { hkdfSync } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Certificate } from "#accept/tls/certificate.ts";
import { NameIndex } from "#accept/tls/name-index.ts";

/** One certificate, the names it is shown for, and what the zone behind them asks of TLS. */
export interface TlsEntry {
  readonly certificate: Certificate;
  /** `example.org`, `*.example.org` or `*`; most often a zone's hosts. */
  readonly names: readonly string[];
  readonly minVersion: "1.2" | "1.3";
  readonly clients: ClientAuthority | null;
}

/** Mutual TLS: `ca` is PEM. A client that shows a certificate must show one of theirs. */
export interface ClientAuthority {
  readonly ca: string;
  readonly require: boolean;
}

/** Bun's own context behind a `tls.SecureContext`: the parsed certificate and key, shared by connections. */
export type NativeContext = object;

export interface Served {
  readonly entry: TlsEntry;
  readonly context: NativeContext;
}

/**
 * ECDHE with AEAD alone: what RFC 9113 (appendix A) leaves for HTTP/2 in TLS 1.2, and Mozilla's
 * intermediate configuration without finite-field Diffie-Hellman. TLS 1.3 suites need no list.
 */
const CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

export interface CertificatesOptions {
  /**
   * 48 bytes that seal session tickets. Workers that share a port must share them, or a client that
   * comes back meets another worker and pays for a whole handshake. Random where absent.
   */
  readonly ticketKeys?: Uint8Array;
}

/**
 * The certificates that listeners show, looked up for each new connection. `replace` swaps all of
 * them at once between two connections: connections that are open never notice.
 */
export class Certificates {
  readonly #ticketKeys: Buffer;
  readonly #changed = new Set<() => void>();
  #set: readonly TlsEntry[] = [];
  #index = new NameIndex<Slot>();
  #slots = new Map<string, Slot>();
  #first: Slot | null = null;

  constructor(options: CertificatesOptions = {}) {
    const keys = options.ticketKeys ?? crypto.getRandomValues(new Uint8Array(48));
    if (keys.length !== 48) throw new RangeError("ticket keys are 48 bytes");
    this.#ticketKeys = Buffer.from(keys);
  }

  /** The first entry is what clients without a known name may be shown. */
  replace(set: readonly TlsEntry[]): void {
    const index = new NameIndex<Slot>();
    const slots = new Map<string, Slot>();
    for (const entry of set) {
      const key = keyOf(entry);
      // An unchanged certificate keeps its context, and with it the sessions it can resume.
      const kept = slots.get(key) ?? this.#slots.get(key);
      const slot = new Slot(entry, this.#ticketKeys, kept);
      slots.set(key, slot);
      for (const name of entry.names) index.add(name, slot);
      this.#first = slots.size === 1 ? slot : this.#first;
    }
    if (set.length === 0) this.#first = null;
    this.#set = set;
    this.#index = index;
    this.#slots = slots;
    for (const tell of this.#changed) tell();
  }

  /** What is shown to a client that asks for `name` (lower case, "" for none); null: unknown. */
  pick(name: string): Served | null {
    return this.#index.find(name);
  }

  get fallback(): Served | null {
    return this.#first;
  }

  get entries(): readonly TlsEntry[] {
    return this.#set;
  }

  /** Calls `tell` after each replacement, until the answer is called. */
  onChange(tell: () => void): () => void {
    this.#changed.add(tell);
    return () => void this.#changed.delete(tell);
  }
}

/** Makes its context when it is first needed: an edge may hold thousands of names that nobody asks for. */
class Slot implements Served {
  readonly entry: TlsEntry;
  readonly #ticketKeys: Buffer;
  #context: NativeContext | null;

  constructor(entry: TlsEntry, ticketKeys: Buffer, kept: Slot | undefined) {
    this.entry = entry;
    this.#ticketKeys = ticketKeys;
    this.#context = kept === undefined ? null : kept.#context;
  }

  get context(): NativeContext {
    this.#context ??= makeContext(this.entry, this.#ticketKeys);
    return this.#context;
  }
}

function makeContext(entry: TlsEntry, ticketKeys: Buffer): NativeContext {
  const options: SecureContextOptions & { requestCert?: boolean; rejectUnauthorized?: boolean } = {
    cert: entry.certificate.cert,
    key: entry.certificate.key,
    minVersion: entry.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
    ciphers: CIPHERS,
    ticketKeys: deriveTicketKeys(ticketKeys, entry),
  };
  if (entry.clients !== null) {
    options.ca = entry.clients.ca;
    options.requestCert = true;
    options.rejectUnauthorized = entry.clients.require;
  }
  return createSecureContext(options).context as NativeContext;
}

/**
 * A ticket must not open a zone that asks for client certificates when it was given by one that does
 * not (the confusion behind CVE-2025-23419): zones with other demands seal with other keys.
 */
function deriveTicketKeys(master: Buffer, { clients, names }: TlsEntry): Buffer {
  const info = clients === null ? "" : JSON.stringify([clients, names]);
  return Buffer.from(hkdfSync("sha256", master, "egide tickets", info, 48));
}

function keyOf({ certificate, names, minVersion, clients }: TlsEntry): string {
  return JSON.stringify([certificate.cert, minVersion, clients, clients === null ? null : names]);
}
