import type { Clock } from "@egide/std/clock.ts";
import { EMPTY } from "#cache/body.ts";
import type { Entry, Meta } from "#cache/entry.ts";
import { BLOCK, blockSum, encodeTail, tailLength } from "./blocks.ts";
import { FileBody } from "./file-body.ts";
import { type Files, readWhole, writeWhole } from "./files.ts";
import type { DiskIndex } from "./index.ts";
import type { Layout } from "./layout.ts";
import { decodeRecord, encodeRecord, type Record, recordName } from "./record.ts";

interface Job {
  readonly scope: string;
  readonly key: string;
  readonly entry: Entry;
}

/** Bodies up to this size lie in their record's file. */
const INLINE_BYTES = 16_384;
/** Jobs that may wait; a job holds on to its body. */
const MAX_JOBS = 4096;
/** After the disk refused, it is left alone for a while. */
const REST_MS = 10_000;

/** Writes records and bodies, one after the other, never waited for. */
export class Writer {
  readonly #files: Files;
  readonly #layout: Layout;
  readonly #index: DiskIndex;
  readonly #clock: Clock;
  /** By variant: the newest state of an entry is the one worth writing. */
  readonly #jobs = new Map<string, Job>();
  #busy = false;
  #restUntil = 0;
  #idle: (() => void)[] = [];
  #closed = false;

  constructor(files: Files, layout: Layout, index: DiskIndex, clock: Clock) {
    this.#files = files;
    this.#layout = layout;
    this.#index = index;
    this.#clock = clock;
  }

  get resting(): boolean {
    return this.#clock.monotonic() < this.#restUntil;
  }

  save(scope: string, key: string, entry: Entry): void {
    const name = `${scope}\x01${entry.id}`;
    if (this.#jobs.size >= MAX_JOBS && !this.#jobs.has(name)) {
      // An older state on disk would otherwise outlive the one that couldn't be written.
      this.#index.remove(recordName(scope, key));
      return;
    }
    this.#jobs.set(name, { scope, key, entry });
    this.#next();
  }

  idle(): Promise<void> {
    if (!this.#busy && this.#jobs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    this.#jobs.clear();
  }

  #next(): void {
    if (this.#busy) return;
    for (const [name, job] of this.#jobs) {
      this.#jobs.delete(name);
      this.#busy = true;
      this.#run(job, (ok) => {
        this.#busy = false;
        if (!ok) this.#restUntil = this.#clock.monotonic() + REST_MS;
        this.#next();
      });
      return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #run(job: Job, done: (ok: boolean) => void): void {
    const { scope, key, entry } = job;
    const { meta } = entry;
    const primary = recordName(scope, key);
    // Unlinking works on a full disk, too: nothing old may stand in for what couldn't be written.
    const forget = (): void => {
      this.#index.remove(primary);
      const { body } = entry;
      if (!(body instanceof FileBody) || this.#index.needs(body.hash)) return;
      this.#files.unlink(this.#layout.body(body.hash), () => {});
    };
    if (this.resting) {
      forget();
      done(true);
      return;
    }
    const fail = (): void => {
      forget();
      done(false);
    };
    if (meta.vary.length === 0) {
      this.#entry(job, meta, primary, (ok) => (ok ? done(true) : fail()));
      return;
    }
    this.#marker(job, meta, primary, (generation) => {
      if (generation === null) fail();
      else {
        const name = recordName(scope, key, generation, meta.varyKey);
        this.#entry(job, meta, name, (ok) => (ok ? done(true) : fail()));
      }
    });
  }

  /** Finds or writes the marker that says which fields tell a URL's variants apart. */
  #marker(job: Job, meta: Meta, primary: string, done: (generation: string | null) => void): void {
    const { scope, key } = job;
    readWhole(this.#files, this.#layout.record(primary), 4_194_304, (bytes) => {
      const known = bytes === null ? null : (decodeRecord(bytes)?.record ?? null);
      if (known?.kind === "vary" && known.scope === scope && known.key === key) {
        if (known.names.join() === meta.vary.join()) {
          done(known.generation);
          return;
        }
      }
      const generation = crypto.randomUUID();
      const record: Record = { kind: "vary", scope, key, names: meta.vary, generation };
      this.#put(primary, encodeRecord(record, EMPTY), "", 0, (ok) => done(ok ? generation : null));
    });
  }

  #entry(job: Job, meta: Meta, name: string, done: (ok: boolean) => void): void {
    const { scope, key, entry } = job;
    const { body } = entry;
    const record = (hash: string): Record => {
      return { kind: "entry", scope, key, meta, hash, length: body.length };
    };
    if (body instanceof FileBody) {
      this.#put(name, encodeRecord(record(body.hash), EMPTY), body.hash, body.length, done);
      return;
    }
    const { whole } = body;
    // Not whole any more: it was replaced while it waited, and the replacement has its own job.
    if (whole === null) {
      done(true);
      return;
    }
    if (whole.length <= INLINE_BYTES) {
      this.#put(name, encodeRecord(record(""), whole), "", 0, done);
      return;
    }
    const hash = new Bun.CryptoHasher("sha256").update(whole).digest("hex");
    this.#body(hash, whole, (ok) => {
      if (ok) this.#put(name, encodeRecord(record(hash), EMPTY), hash, whole.length, done);
      else done(false);
    });
  }

  #body(hash: string, whole: Uint8Array, done: (ok: boolean) => void): void {
    const path = this.#layout.body(hash);
    this.#files.exists(path, (exists) => {
      if (exists && this.#index.needs(hash)) {
        done(true);
        return;
      }
      const sums: bigint[] = [];
      for (let at = 0; at < whole.length; at += BLOCK) {
        sums.push(blockSum(whole.subarray(at, at + BLOCK), sums.length));
      }
      const parts = [whole, encodeTail(sums, whole.length)];
      writeWhole(this.#files, this.#layout.passing(), path, parts, done);
    });
  }

  #put(
    name: string,
    parts: readonly Uint8Array[],
    hash: string,
    body: number,
    done: (ok: boolean) => void,
  ): void {
    if (this.#closed) {
      done(true);
      return;
    }
    let weight = hash === "" ? 0 : body + tailLength(body);
    for (const part of parts) weight += part.length;
    writeWhole(this.#files, this.#layout.passing(), this.#layout.record(name), parts, (ok) => {
      if (ok) this.#index.set(name, hash, weight);
      done(ok);
    });
  }
}
