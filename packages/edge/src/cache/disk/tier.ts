import type { Clock } from "@egide/std/clock.ts";
import { type StoredBody, MemoryBody } from "#cache/body.ts";
import type { Disk, Found } from "#cache/disk.ts";
import type { Entry } from "#cache/entry.ts";
import type { PurgeEvent } from "#cache/purge.ts";
import { varyKey } from "#cache/vary.ts";
import type { RawHeaders } from "#stream.ts";
import { bodyMemory } from "#wire/transport/native/pages.ts";
import { openBody } from "./file-body.ts";
import { FileSpool } from "./file-spool.ts";
import { type Files, readWhole } from "./files.ts";
import { DiskIndex } from "./index.ts";
import { Layout } from "./layout.ts";
import { decodeRecord, type Record, recordName } from "./record.ts";
import { scan } from "./scan.ts";
import { Writer } from "./writer.ts";

export interface DiskOptions {
  readonly clock: Clock;
  readonly files: Files;
  readonly path: string;
  /** Of all workers together; each bounds its share. */
  readonly bytes: number;
  readonly worker?: number;
  readonly workers?: number;
  /** Bodies up to this size move to memory when they are found. */
  readonly memoryObjectBytes: number;
  /** Names the process in passing file names. */
  readonly pid: number;
}

/** Records are read whole: a head, fields, and a small body. */
const RECORD_BYTES = 4_194_304;
/** Nothing is served from disk that was stored or validated longer ago. */
const RETENTION_MS = 30 * 86_400_000;

/** The disk tier, and what it found on the disk that must be known before anything is served. */
export interface OpenedDisk extends Disk {
  readonly purges: readonly PurgeEvent[];
  /** The files of earlier runs have been counted. */
  readonly ready: Promise<void>;
  /** All that was to be written is written, or was given up. */
  idle(): Promise<void>;
}

export function openDisk(options: DiskOptions): OpenedDisk {
  const { files, clock } = options;
  const worker = options.worker ?? 0;
  const workers = options.workers ?? 1;
  const layout = new Layout(files, options.path, `${options.pid}-${worker}`);
  const index = new DiskIndex(Math.floor(options.bytes / workers), (record, body) => {
    if (record !== "") files.unlink(layout.record(record), () => {});
    if (body !== "") files.unlink(layout.body(body), () => {});
  });
  const writer = new Writer(files, layout, index, clock);
  const purges = layout.readPurges(clock.now() - RETENTION_MS, worker === 0);
  const spools = new Set<Promise<void>>();
  let open = true;

  const dropBody = (hash: string): void => files.unlink(layout.body(hash), () => {});

  const read = (name: string, done: (record: Record | null, body: Uint8Array) => void): void => {
    readWhole(files, layout.record(name), RECORD_BYTES, (bytes) => {
      const decoded = bytes === null ? null : decodeRecord(bytes);
      // A file that is there but can't be understood is of no use to anyone.
      if (bytes !== null && decoded === null) index.remove(name);
      done(decoded?.record ?? null, decoded?.body ?? new Uint8Array(0));
    });
  };

  const load = (
    name: string,
    record: Record,
    inline: Uint8Array,
    done: (found: Found | null) => void,
  ): void => {
    if (record.kind !== "entry" || record.meta.responseTime < clock.now() - RETENTION_MS) {
      done(null);
      return;
    }
    const { meta, hash, length } = record;
    index.hit(name);
    if (hash === "") {
      done({ meta, body: new MemoryBody(inline) });
      return;
    }
    openBody(
      files,
      layout.body(hash),
      hash,
      length,
      () => dropBody(hash),
      (body) => {
        if (body === null) {
          index.remove(name);
          done(null);
        } else if (length > options.memoryObjectBytes) done({ meta, body });
        else toMemory(body, (whole) => done(whole === null ? null : { meta, body: whole }));
      },
    );
  };

  return {
    purges,
    ready: scan(files, layout, index, worker, workers, () => open).finally(() => index.scanned()),
    async idle() {
      await Promise.all(spools);
      await writer.idle();
    },
    openSpool: (length) => {
      if (!open || writer.resting || length > options.bytes / workers) return null;
      const path = (hash: string): string => layout.body(hash);
      const { promise, resolve: onSettled } = Promise.withResolvers<void>();
      spools.add(promise);
      void promise.then(() => spools.delete(promise));
      return new FileSpool({
        files,
        passing: layout.passing(),
        path,
        onCorrupt: dropBody,
        onSettled,
      });
    },
    find(scope, key, headers, done) {
      if (!open) {
        queueMicrotask(() => done(null));
        return;
      }
      const primary = recordName(scope, key);
      read(primary, (record, body) => {
        if (record === null || !belongs(record, scope, key)) {
          done(null);
        } else if (record.kind === "entry") {
          load(primary, record, body, done);
        } else {
          const name = variantName(scope, key, record.generation, record.names, headers);
          read(name, (variant, body) => {
            if (variant === null || !belongs(variant, scope, key)) done(null);
            else load(name, variant, body, done);
          });
        }
      });
    },
    save(scope: string, key: string, entry: Entry) {
      if (open && entry.meta.part === null) writer.save(scope, key, entry);
    },
    // The variants of a marker that is gone are never found again.
    forget: (scope, key) => index.remove(recordName(scope, key)),
    log(line) {
      if (!layout.logPurge(line, clock.now())) layout.discardRecords();
    },
    get bytes() {
      return index.bytes;
    },
    get files() {
      return index.files;
    },
    close() {
      open = false;
      writer.close();
    },
  };
}

function belongs(record: Record, scope: string, key: string): boolean {
  return record.scope === scope && record.key === key;
}

function variantName(
  scope: string,
  key: string,
  generation: string,
  names: readonly string[],
  headers: RawHeaders,
): string {
  return recordName(scope, key, generation, varyKey(names, headers));
}

/** Reads a body that is small enough; null where its file is damaged. */
function toMemory(body: StoredBody, done: (whole: MemoryBody | null) => void): void {
  const bytes = bodyMemory(body.length);
  let at = 0;
  const cursor = body.cursor(() => step());
  const step = (): void => {
    while (at < bytes.length) {
      const chunk = cursor.next(at, bytes.length);
      if (chunk === null) {
        if (cursor.error !== null) finish(null);
        return;
      }
      bytes.set(chunk, at);
      at += chunk.length;
    }
    finish(new MemoryBody(bytes));
  };
  const finish = (whole: MemoryBody | null): void => {
    cursor.close();
    body.dispose();
    done(whole);
  };
  step();
}
