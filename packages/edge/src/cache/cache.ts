import type { CacheSettings } from "@egide/contract/policy/cache.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { Fetch } from "#stream.ts";
import type { CacheCounters, Core } from "./core.ts";
import type { Disk } from "./disk.ts";
import { type PurgeEvent, PurgeTable, type PurgeTarget } from "./purge.ts";
import { compileSettings } from "./settings.ts";
import { Store } from "./store.ts";
import { type Sites, ZoneCache } from "./zone.ts";

export interface CacheOptions {
  readonly clock: Clock;
  /** Bytes of this worker's memory tier. */
  readonly memoryBytes: number;
  /** Bodies beyond this size go to disk, or aren't stored. Default: a 64th of memory, 4 MiB at most. */
  readonly memoryObjectBytes?: number;
  readonly disk?: (Disk & { readonly purges: readonly PurgeEvent[] }) | null;
  /** Member of Cache-Status (RFC 9211). */
  readonly name?: string;
  /** A purge happened here: tell the other workers, which hand it to `applyPurge`. */
  readonly onPurge?: (event: PurgeEvent) => void;
}

export interface CacheStats extends CacheCounters {
  readonly memoryBytes: number;
  readonly entries: number;
  readonly evicted: number;
  readonly diskBytes: number;
  readonly diskFiles: number;
}

/** The shared HTTP cache of one worker (RFC 9111). */
export interface Cache {
  /** Puts the cache before `fetch`. What is stored for `zoneId` stays when settings change. */
  wrap(settings: CacheSettings, zoneId: string, fetch: Fetch): Fetch;
  /** Forgets what is stored; `soft` only makes it stale. Takes effect at once, for all workers. */
  purge(zoneId: string, target: PurgeTarget, soft?: boolean): PurgeEvent;
  applyPurge(event: PurgeEvent): void;
  stats(): CacheStats;
  close(): void;
}

export function createCache(options: CacheOptions): Cache {
  const { clock } = options;
  const disk = options.disk ?? null;
  const purges = new PurgeTable(() => clock.now());
  for (const event of disk?.purges ?? []) purges.restore(event);
  const store = new Store(options.memoryBytes, purges, clock);
  const zones = new Map<string, Sites>();
  const counters: CacheCounters = {
    hits: 0,
    misses: 0,
    validated: 0,
    stale: 0,
    collapsed: 0,
    bypassed: 0,
    stored: 0,
    diskHits: 0,
  };
  const core: Core = {
    clock,
    name: options.name ?? "Egide",
    store,
    purges,
    disk,
    counters,
    memoryObjectBytes:
      options.memoryObjectBytes ?? Math.min(4_194_304, Math.floor(options.memoryBytes / 64)),
    purge(zone, target, soft, logged) {
      const event: PurgeEvent = { zone, target, soft, stamp: purges.stamp() };
      purges.apply(event);
      if (logged) disk?.log(JSON.stringify(event));
      options.onPurge?.(event);
      return event;
    },
  };
  return {
    wrap(settings, zoneId, fetch) {
      if (!settings.enabled) return fetch;
      let sites = zones.get(zoneId);
      if (sites === undefined) {
        sites = { http: new Map(), https: new Map() };
        zones.set(zoneId, sites);
      }
      const zone = new ZoneCache(core, compileSettings(settings), zoneId, sites, fetch);
      return (request, sink) => zone.handle(request, sink);
    },
    purge: (zoneId, target, soft = false) => core.purge(zoneId, target, soft, true),
    applyPurge: (event) => purges.apply(event),
    stats: () => ({
      ...counters,
      memoryBytes: store.bytes,
      entries: store.size,
      evicted: store.evicted,
      diskBytes: disk?.bytes ?? 0,
      diskFiles: disk?.files ?? 0,
    }),
    close: () => disk?.close(),
  };
}
