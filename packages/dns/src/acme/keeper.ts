import { X509Certificate } from "node:crypto";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { HttpChallenges } from "#acme/http-challenges.ts";
import type { Issuer } from "#acme/issuer.ts";
import type { PemPair } from "#acme/pair.ts";
import { backoffMs, renewalAt } from "#acme/schedule.ts";
import type { AcmeStore } from "#acme/store.ts";

/** A certificate that somebody wants: most often a zone and its hosts. */
export interface Wanted {
  readonly id: string;
  readonly names: readonly string[];
}

export interface KeeperOptions {
  readonly issuer: Issuer;
  readonly store: Pick<AcmeStore, "readPair" | "writePair">;
  readonly challenges: HttpChallenges;
  readonly clock: Clock;
  /** In [0, 1); Math.random unless a test says otherwise. */
  readonly chance?: () => number;
  /** A self-signed certificate for the time until the authority answers. */
  readonly temporary: (wanted: Wanted) => PemPair | Promise<PemPair>;
  /** Show this from now on. `temporary`: self-signed, until the authority answers. */
  readonly onCertificate: (wanted: Wanted, pair: PemPair, temporary: boolean) => void;
  readonly onProblem: (wanted: Wanted, error: AppError, nextTry: number) => void;
}

interface Kept {
  readonly wanted: Wanted;
  /** Wall-clock time of the next order. */
  due: number;
  failures: number;
}

/** Longest time between two looks at the wall clock, which may have been set or slept meanwhile. */
const LOOK_MS = 3_600_000;

/**
 * Keeps a valid certificate for all that is wanted: from disk if there is one, a temporary one if
 * not, and orders a new one when it is due, one order at a time.
 */
export class CertificateKeeper {
  readonly #options: KeeperOptions;
  readonly #chance: () => number;
  readonly #kept = new Map<string, Kept>();
  #timer: Timer | null = null;
  #working: Promise<void> | null = null;
  #stopped = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#chance = options.chance ?? Math.random;
  }

  /**
   * Replaces the list of what is wanted; unchanged entries go on as they are. Names that HTTP-01 cannot
   * prove are refused with an AppError before anything changes.
   */
  async want(list: readonly Wanted[]): Promise<void> {
    for (const wanted of list) checkNames(wanted);
    const ids = new Set(list.map((wanted) => wanted.id));
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
    for (const wanted of list) {
      const known = this.#kept.get(wanted.id);
      if (known === undefined || known.wanted.names.join() !== wanted.names.join()) {
        await this.#start(wanted);
      }
    }
    this.#wake();
  }

  /** Settles once no order is under way: for tests and for an orderly stop. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = null;
  }

  async #start(wanted: Wanted): Promise<void> {
    const { clock, onCertificate, store, temporary } = this.#options;
    const now = clock.now();
    const pair = store.readPair(wanted.names);
    const life = pair === null ? null : lifetime(pair);
    const usable = pair !== null && life !== null && life.notAfter > now;
    const due = usable ? renewalAt(life.notBefore, life.notAfter, this.#chance()) : now;
    this.#kept.set(wanted.id, { wanted, due, failures: 0 });
    if (usable) onCertificate(wanted, pair, false);
    else onCertificate(wanted, await temporary(wanted), true);
  }

  /** Works off what is due, then sleeps until the next is, or for an hour. */
  #wake(): void {
    if (this.#stopped || this.#working !== null) return;
    this.#timer?.cancel();
    const now = this.#options.clock.now();
    const next = this.#next();
    if (next !== null && next.due <= now) {
      this.#working = this.#order(next).finally(() => {
        this.#working = null;
        this.#wake();
      });
      return;
    }
    const wait = next === null ? LOOK_MS : Math.min(LOOK_MS, next.due - now);
    this.#timer = this.#options.clock.after(wait, () => this.#wake());
  }

  #next(): Kept | null {
    let first: Kept | null = null;
    for (const kept of this.#kept.values()) {
      if (first === null || kept.due < first.due) first = kept;
    }
    return first;
  }

  async #order(kept: Kept): Promise<void> {
    const { challenges, clock, issuer, onCertificate, onProblem, store } = this.#options;
    const { wanted } = kept;
    try {
      const pair = await issuer.issue(wanted.names, challenges);
      const life = lifetime(pair);
      if (life === null) throw unreadable();
      store.writePair(wanted.names, pair);
      kept.failures = 0;
      kept.due = renewalAt(life.notBefore, life.notAfter, this.#chance());
      // What is no longer wanted was paid for all the same: it stays on disk.
      if (this.#kept.get(wanted.id) === kept) onCertificate(wanted, pair, false);
    } catch (cause) {
      const error = cause instanceof AppError ? cause : failed(cause);
      kept.failures++;
      const retryAfter = (error.retryAfter ?? 0) * 1000;
      kept.due = clock.now() + backoffMs(kept.failures, retryAfter, this.#chance());
      onProblem(wanted, error, kept.due);
    }
  }
}

function checkNames({ names }: Wanted): void {
  const bad = names.find((name) => !/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(name) || isIPv4(name));
  if (bad === undefined && names.length > 0 && names.length <= 100) return;
  throw new AppError({
    code: "acme.names",
    source: "operator",
    retry: false,
    publicMessage:
      bad === undefined
        ? "a certificate is obtained for 1 to 100 names"
        : `no certificate can be obtained for ${JSON.stringify(bad)}: HTTP-01 proves plain host names alone; give certificate files instead`,
  });
}

function isIPv4(name: string): boolean {
  return /^[\d.]+$/.test(name);
}

function lifetime({ cert }: PemPair): { notBefore: number; notAfter: number } | null {
  try {
    const leaf = new X509Certificate(cert);
    return { notBefore: Date.parse(leaf.validFrom), notAfter: Date.parse(leaf.validTo) };
  } catch {
    return null;
  }
}

function unreadable(): AppError {
  return failed(new Error("the authority's certificate cannot be read"));
}

function failed(cause: unknown): AppError {
  return new AppError({
    code: "acme.order_failed",
    source: "edge",
    retry: true,
    publicMessage: "The certificate could not be obtained.",
    cause,
  });
}
