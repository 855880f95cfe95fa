import type { Snapshot } from "@egide/contract/snapshot.ts";
import type { BanRequest } from "@egide/edge/kernel/bans.ts";
import type { TlsEntry } from "@egide/edge/accept/tls/certificates.ts";
import type { ZoneReport } from "@egide/edge/mitigate/observation.ts";
import type { EnforcedRule } from "@egide/edge/mitigate/zone-watch.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { ChallengeEntries } from "#tls/challenges.ts";
import type { Logger } from "#log/logger.ts";
import { type Backoff, delayAfter, fallsAfter, WORKER_BACKOFF } from "#run/backoff.ts";
import type { Addresses, FromWorker, PurgeOrder, ToWorker, WorkerSettings } from "#run/message.ts";
import { purgeFailure, Purging } from "#run/purging.ts";

/** A worker thread as the supervisor needs it; tests bring one without a thread. */
export interface Thread {
  post(message: ToWorker): void;
  terminate(): void;
}

export interface ThreadEvents {
  message(message: FromWorker): void;
  /** It is gone, with the error that ended it if there was one. Called once. */
  exit(error: Error | null): void;
}

export interface SupervisorOptions {
  readonly workers: number;
  readonly settings: WorkerSettings;
  readonly snapshot: Snapshot;
  readonly certificates: readonly TlsEntry[];
  readonly spawn: (worker: number, events: ThreadEvents) => Thread;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly backoff?: Backoff;
  /** A worker has found somebody out. */
  readonly onBan?: (requests: readonly BanRequest[]) => void;
  /** A worker that served has fallen; it is started again later. */
  readonly onFallen?: (worker: number) => void;
  readonly onObserved?: (reports: readonly ZoneReport[]) => void;
}

interface Slot {
  readonly index: number;
  thread: Thread | null;
  ready: boolean;
  falls: number;
  since: number;
  restart: Timer | null;
}

/**
 * Keeps one edge alive in each worker thread: starts them, hands snapshots on, starts again what
 * falls, lets them finish at the end. A fallen worker takes its own connections with it and no others.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: Slot[];
  readonly #waiting = new Map<number, (event: Addresses | AppError) => void>();
  readonly #drained = new Map<number, () => void>();
  readonly #purging: Purging;
  #settings: WorkerSettings;
  #snapshot: Snapshot;
  #certificates: readonly TlsEntry[];
  #challenges: ChallengeEntries = [];
  readonly #mitigations = new Map<string, readonly EnforcedRule[]>();
  #addresses: Addresses = { http: [], https: [] };
  #stopping = false;
  #frozen = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#purging = new Purging(options.clock);
    this.#settings = options.settings;
    this.#snapshot = options.snapshot;
    this.#certificates = options.certificates;
    this.#slots = Array.from({ length: options.workers }, (_, index) => newSlot(index));
  }

  get addresses(): Addresses {
    return this.#addresses;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** Workers that answer now. */
  get ready(): number {
    return this.#slots.filter((slot) => slot.ready).length;
  }

  /** The first worker finds out which ports are free; the others share them. Throws AppError. */
  async start(): Promise<Addresses> {
    const [first, ...others] = this.#slots;
    this.#addresses = await this.#begin(first as Slot);
    const { http, https } = this.#addresses;
    const listen = { ...this.#settings.listen, http: [...http], https: [...https] };
    this.#settings = { ...this.#settings, listen };
    await Promise.all(others.map((slot) => this.#begin(slot)));
    return this.#addresses;
  }

  apply(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#tell({ kind: "apply", snapshot });
  }

  setCertificates(certificates: readonly TlsEntry[]): void {
    this.#certificates = certificates;
    this.#tell({ kind: "certificates", certificates });
  }

  setChallenges(entries: ChallengeEntries): void {
    this.#challenges = entries;
    this.#tell({ kind: "challenges", entries });
  }

  /** One worker forgets, and tells the others. Answers when, in milliseconds; throws AppError. */
  async purge(order: PurgeOrder): Promise<number> {
    const slot = this.#slots.find(({ ready }) => ready);
    if (slot === undefined) throw purgeFailure("no worker is ready; ask again");
    return this.#purging.ask(slot.index, (id) =>
      slot.thread?.post({ kind: "purge", id, ...order }),
    );
  }

  /** Replaces a zone's mitigations in all workers, and in those that are yet to begin. */
  setMitigations(zone: string, rules: readonly EnforcedRule[]): void {
    if (rules.length === 0) this.#mitigations.delete(zone);
    else this.#mitigations.set(zone, rules);
    this.#tell({ kind: "mitigations", zone, rules });
  }

  reopenLogs(): void {
    this.#tell({ kind: "reopen" });
  }

  /** While another process takes over, a restart would jumble the order of the listeners. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen;
  }

  /** Stops accepting, lets what is under way finish within `ms`, then ends every thread. */
  async drain(ms: number): Promise<void> {
    this.#stopping = true;
    const draining: Promise<void>[] = [];
    for (const slot of this.#slots) {
      slot.restart?.cancel();
      if (slot.thread !== null) draining.push(this.#drainThread(slot.index, slot.thread, ms));
    }
    await Promise.all(draining);
    for (const slot of this.#slots) slot.thread?.terminate();
  }

  #tell(message: ToWorker): void {
    for (const slot of this.#slots) slot.thread?.post(message);
  }

  #drainThread(index: number, thread: Thread, ms: number): Promise<void> {
    return new Promise((resolve) => {
      // A worker that hangs does not hold the process: a second beyond its bound it is ended.
      const timer = this.#options.clock.after(ms + 1000, resolve);
      this.#drained.set(index, () => {
        timer.cancel();
        resolve();
      });
      thread.post({ kind: "drain", ms });
    });
  }

  #begin(slot: Slot): Promise<Addresses> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(slot.index, (event) => {
        if (event instanceof AppError) reject(event);
        else resolve(event);
      });
      this.#spawn(slot);
    });
  }

  #spawn(slot: Slot): void {
    slot.since = this.#options.clock.monotonic();
    slot.thread = this.#options.spawn(slot.index, {
      message: (message) => this.#hear(slot, message),
      exit: (error) => this.#fell(slot, error),
    });
    slot.thread.post({
      kind: "start",
      worker: slot.index,
      workers: this.#slots.length,
      settings: this.#settings,
      snapshot: this.#snapshot,
      certificates: this.#certificates,
    });
  }

  #hear(slot: Slot, message: FromWorker): void {
    const { logger } = this.#options;
    switch (message.kind) {
      case "ready":
        slot.ready = true;
        // What changed while it was starting is in force in it too.
        slot.thread?.post({ kind: "certificates", certificates: this.#certificates });
        slot.thread?.post({ kind: "challenges", entries: this.#challenges });
        slot.thread?.post({ kind: "apply", snapshot: this.#snapshot });
        for (const [zone, rules] of this.#mitigations) {
          slot.thread?.post({ kind: "mitigations", zone, rules });
        }
        this.#answer(slot, message.addresses);
        return;
      case "failed":
        this.#answer(slot, startFailure(message.code, message.message));
        logger.error({ worker: slot.index, code: message.code }, message.message);
        return;
      case "applied":
        logger.debug({ worker: slot.index, version: message.version }, "snapshot applied");
        return;
      case "refused":
        logger.error({ worker: slot.index, version: message.version }, message.message);
        return;
      case "log":
        logger[message.level]({ worker: slot.index, ...message.fields }, message.message);
        return;
      case "observed":
        this.#options.onObserved?.(message.reports);
        return;
      case "purged":
        this.#purging.answered(message.id, message.at);
        return;
      case "ban":
        this.#options.onBan?.(message.requests);
        return;
      case "drained":
        this.#drained.get(slot.index)?.();
        return;
    }
  }

  #fell(slot: Slot, error: Error | null): void {
    slot.thread = null;
    slot.ready = false;
    this.#drained.get(slot.index)?.();
    this.#purging.fell(slot.index);
    if (this.#stopping) return;
    const { clock, logger, backoff = WORKER_BACKOFF } = this.#options;
    if (
      this.#answer(slot, startFailure("edge.worker_died", error?.message ?? "the worker ended"))
    ) {
      return;
    }
    slot.falls = fallsAfter(backoff, slot.falls, clock.monotonic() - slot.since);
    const ms = delayAfter(backoff, slot.falls);
    logger.error(
      { worker: slot.index, falls: slot.falls, restartMs: ms, error },
      "a worker fell; the others go on serving",
    );
    this.#options.onFallen?.(slot.index);
    this.#restartAfter(slot, ms);
  }

  #restartAfter(slot: Slot, ms: number): void {
    slot.restart = this.#options.clock.after(ms, () => {
      slot.restart = null;
      if (this.#stopping) return;
      if (this.#frozen) {
        this.#restartAfter(slot, 1000);
        return;
      }
      this.#spawn(slot);
      this.#options.logger.info({ worker: slot.index }, "worker started again");
    });
  }

  /** True where somebody was waiting for this worker's start. */
  #answer(slot: Slot, event: Addresses | AppError): boolean {
    const waiting = this.#waiting.get(slot.index);
    this.#waiting.delete(slot.index);
    waiting?.(event);
    return waiting !== undefined;
  }
}

function newSlot(index: number): Slot {
  return { index, thread: null, ready: false, falls: 0, since: 0, restart: null };
}

function startFailure(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
