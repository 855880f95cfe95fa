import type { Clock } from "@egide/std/clock.ts";
import { Bucket, Entry, type Site, weigh } from "./entry.ts";
import { S3Fifo } from "./fifo.ts";
import type { PurgeTable } from "./purge.ts";
import { preferredLanguage, varyKey } from "./vary.ts";
import type { RawHeaders } from "#stream.ts";

/** Keys of a site that are known not to be worth waiting for. */
const MAX_UNSTORABLE = 4096;
const UNSTORABLE_MS = 60_000;
/** After a server error: long enough that those who waited don't queue up one behind the other. */
const FAILED_MS = 1000;

/** The memory tier of one worker: what is stored, found by key and variant, bounded in bytes. */
export class Store {
  readonly #fifo: S3Fifo<Entry>;
  readonly #purges: PurgeTable;
  readonly #clock: Clock;
  evicted = 0;

  constructor(bytes: number, purges: PurgeTable, clock: Clock) {
    this.#purges = purges;
    this.#clock = clock;
    this.#fifo = new S3Fifo(bytes, (entry) => {
      this.evicted++;
      this.#unlink(entry);
    });
  }

  get bytes(): number {
    return this.#fifo.bytes;
  }

  get size(): number {
    return this.#fifo.size;
  }

  /** The stored response that `headers` select, purged ones aside (RFC 9111, section 4.1). */
  find(bucket: Bucket, headers: RawHeaders): Entry | null {
    const { entries } = bucket;
    const first = entries[0];
    if (first === undefined) return null;
    if (first.meta.vary.length === 0) return this.#checked(first);
    for (const entry of entries) {
      const { meta } = entry;
      if (varyKey(meta.vary, headers) === meta.varyKey) return this.#checked(entry);
    }
    return this.#byLanguage(bucket, headers);
  }

  /** A response in the very language that a request puts first, whatever its list looks like. */
  #byLanguage(bucket: Bucket, headers: RawHeaders): Entry | null {
    let preferred: string | null = null;
    for (const entry of bucket.entries) {
      const { meta } = entry;
      if (meta.language === "" || meta.vary.length !== 1) continue;
      preferred ??= preferredLanguage(headers);
      if (preferred === meta.language) return this.#checked(entry);
    }
    return null;
  }

  /** Compares with purges that came since the last look. */
  #checked(entry: Entry): Entry | null {
    if (entry.body.isDamaged === true) {
      this.remove(entry);
      return null;
    }
    const { serial } = this.#purges;
    if (entry.checked === serial) {
      this.#fifo.hit(entry);
      return entry;
    }
    const verdict = this.#purges.verdict(entry.bucket.site.zone, entry.meta);
    if (verdict === "hard") {
      this.remove(entry);
      return null;
    }
    entry.checked = serial;
    if (verdict === "soft") {
      // Stale from now on: the stale windows are counted from the purge, not from the fetch.
      const lifetime = Math.min(entry.meta.lifetime, entry.age(this.#clock.now()));
      entry.freshen({ ...entry.meta, lifetime });
    }
    this.#fifo.hit(entry);
    return entry;
  }

  bucketOf(site: Site, key: string, url: string): Bucket {
    let bucket = site.buckets.get(key);
    if (bucket === undefined) {
      bucket = new Bucket(site, key, url);
      site.buckets.set(key, bucket);
    }
    return bucket;
  }

  /** Puts `entry` in, in the place of the one with the same variant, which it remembers. */
  insert(entry: Entry, variants: number): void {
    const { bucket } = entry;
    const { site } = bucket;
    if (site.buckets.get(bucket.key) !== bucket) site.buckets.set(bucket.key, bucket);
    const list = entry.meta.part === null ? bucket.entries : bucket.parts;
    const same = list.findIndex((known) => sameVariant(known, entry));
    const old = same < 0 ? undefined : list[same];
    if (old !== undefined) {
      this.#fifo.remove(old);
      list.splice(same, 1);
      // Of a chain of unfinished ones, the last whole copy is what counts.
      if (entry.filling) entry.previous = old.filling ? old.previous : old;
      else old.body.dispose();
    }
    list.unshift(entry);
    site.unstorable.delete(bucket.key);
    this.#fifo.add(entry);
    while (list.length > variants) this.remove(list[list.length - 1] as Entry);
  }

  /** The body is complete or has moved: its weight is known now. */
  settle(entry: Entry): void {
    entry.filling = false;
    entry.previous?.body.dispose();
    entry.previous = null;
    if (entry.home === "none") entry.body.dispose();
    if (entry.home !== "none") this.#fifo.resize(entry, weigh(entry.meta, entry.body));
  }

  /** The body never came: what was there before comes back. */
  restore(entry: Entry, variants: number): void {
    const { previous } = entry;
    const present = entry.home !== "none";
    entry.previous = null;
    this.remove(entry);
    if (previous !== null && present) this.insert(previous, variants);
  }

  remove(entry: Entry): void {
    this.#fifo.remove(entry);
    this.#unlink(entry);
  }

  #unlink(entry: Entry): void {
    const { bucket } = entry;
    entry.body.dispose();
    entry.previous?.body.dispose();
    drop(bucket.entries, entry);
    drop(bucket.parts, entry);
    const empty = bucket.entries.length === 0 && bucket.parts.length === 0;
    if (empty && bucket.site.buckets.get(bucket.key) === bucket) {
      bucket.site.buckets.delete(bucket.key);
    }
  }

  isUnstorable(site: Site, key: string, now: number): boolean {
    const until = site.unstorable.get(key);
    return until !== undefined && until > now;
  }

  setUnstorable(site: Site, key: string, status: number, now: number): void {
    const span = status >= 500 ? FAILED_MS : UNSTORABLE_MS;
    const known = site.unstorable.get(key);
    // Renewed when half of it is over, not with each response.
    if (known !== undefined && known > now + span / 2) return;
    site.unstorable.delete(key);
    site.unstorable.set(key, now + span);
    if (site.unstorable.size <= MAX_UNSTORABLE) return;
    for (const oldest of site.unstorable.keys()) {
      site.unstorable.delete(oldest);
      return;
    }
  }
}

function sameVariant(a: Entry, b: Entry): boolean {
  return a.meta.varyKey === b.meta.varyKey && a.meta.vary.join() === b.meta.vary.join();
}

function drop(list: Entry[], entry: Entry): void {
  const at = list.indexOf(entry);
  if (at >= 0) list.splice(at, 1);
}
