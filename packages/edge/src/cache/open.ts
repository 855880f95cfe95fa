import type { Clock } from "@egide/std/clock.ts";
import { type Cache, createCache } from "./cache.ts";
import { nodeFiles } from "./disk/files.ts";
import { type OpenedDisk, openDisk } from "./disk/tier.ts";
import type { PurgeEvent } from "./purge.ts";

export interface OpenCacheOptions {
  readonly clock: Clock;
  /** Bytes of this worker's memory tier. */
  readonly memoryBytes: number;
  /** The tier that all workers share; `bytes` are of all together. Null: none. */
  readonly disk: { readonly path: string; readonly bytes: number } | null;
  readonly worker: number;
  readonly workers: number;
  /** The disk can't be used: the cache goes on without it. */
  readonly onDiskFailure: (error: unknown) => void;
}

/** Purges travel on this channel between the threads of a process. */
const CHANNEL = "egide.cache.purge";

/** The cache of one worker, with the disk tier and with the other workers of its process. */
export function openCache(options: OpenCacheOptions): Cache {
  const { clock, memoryBytes } = options;
  const memoryObjectBytes = Math.min(4_194_304, Math.floor(memoryBytes / 64));
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  const cache = createCache({
    clock,
    memoryBytes,
    memoryObjectBytes,
    disk: tier(options, memoryObjectBytes),
    onPurge: (event) => channel.postMessage(event),
  });
  channel.onmessage = (message) => cache.applyPurge((message as MessageEvent).data as PurgeEvent);
  return {
    ...cache,
    close() {
      channel.close();
      cache.close();
    },
  };
}

function tier(options: OpenCacheOptions, memoryObjectBytes: number): OpenedDisk | null {
  const { clock, disk, worker, workers } = options;
  if (disk === null || disk.bytes === 0) return null;
  try {
    return openDisk({
      clock,
      files: nodeFiles,
      path: disk.path,
      bytes: disk.bytes,
      worker,
      workers,
      memoryObjectBytes,
      pid: process.pid,
    });
  } catch (error) {
    options.onDiskFailure(error);
    return null;
  }
}
