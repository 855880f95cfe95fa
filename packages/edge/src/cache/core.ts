import type { Clock } from "@egide/std/clock.ts";
import type { Disk } from "./disk.ts";
import type { PurgeEvent, PurgeTable, PurgeTarget } from "./purge.ts";
import type { Store } from "./store.ts";

/** Counters since the start. */
export interface CacheCounters {
  hits: number;
  misses: number;
  /** Validated by a 304. */
  validated: number;
  /** Served although stale: by request, while revalidating, or because the origin is down. */
  stale: number;
  /** Requests that waited for another's answer. */
  collapsed: number;
  bypassed: number;
  stored: number;
  diskHits: number;
}

/** What the zones of one worker share. */
export interface Core {
  readonly clock: Clock;
  /** Name in Cache-Status. */
  readonly name: string;
  readonly store: Store;
  readonly purges: PurgeTable;
  readonly disk: Disk | null;
  readonly counters: CacheCounters;
  /** Bodies up to this size are kept in memory. */
  readonly memoryObjectBytes: number;
  /** Forgets here, and tells the other workers; `logged`: also after a restart. */
  purge(zone: string, target: PurgeTarget, soft: boolean, logged: boolean): PurgeEvent;
}
