import type { ChallengeMemory } from "@egide/challenge/verify/memory.ts";
import type { Snapshot } from "@egide/contract/snapshot.ts";
import type { Listen } from "@egide/contract/policy/listen.ts";
import type { LogSettings } from "@egide/contract/policy/log.ts";
import type { TlsEntry } from "@egide/edge/accept/tls/certificates.ts";
import type { MitigationMemory } from "@egide/edge/mitigate/memory.ts";
import type { ZoneReport } from "@egide/edge/mitigate/observation.ts";
import type { EnforcedRule } from "@egide/edge/mitigate/zone-watch.ts";
import type { RangeData } from "@egide/edge/identify/bots/ranges.ts";
import type { PurgeTarget } from "@egide/edge/cache/purge.ts";
import type { BanTableMemory } from "@egide/edge/kernel/ban-table.ts";
import type { BanRequest } from "@egide/edge/kernel/bans.ts";
import type { MetricsMemory } from "@egide/edge/log/metrics/shared.ts";
import type { GeoSettings } from "@egide/contract/policy/rules.ts";
import type { LimitMemory } from "@egide/limit/cells.ts";
import type { ChallengeEntries } from "#tls/challenges.ts";

/** Where a worker listens: the machine's part of the configuration, with ports that are final. */
export interface WorkerSettings {
  readonly listen: Listen;
  readonly log: LogSettings;
  /** Of this worker alone. */
  readonly cacheBytes: number;
  /** Of all workers together. */
  readonly cacheDisk: { readonly path: string; readonly bytes: number } | null;
  readonly geo: GeoSettings;
  readonly keys: Keys;
  /** Addresses of bots as `egide bots update` has fetched them. */
  readonly botRanges: RangeData;
  /** Where all workers note which challenges were met. */
  readonly challenge: ChallengeMemory;
  /** Folder of an installed Core Rule Set, and of the zones' samples of requests. */
  readonly rules: string;
  readonly samples: string;
  /** Folder of what visitors wrote to contest a refusal. */
  readonly appeals: string;
  /** Where all workers count; the main thread reads it. */
  readonly metrics: MetricsMemory;
  readonly mitigation: MitigationMemory;
  /** What rate limits count with. */
  readonly limits: LimitMemory;
  /** Whom the main thread has banned. */
  readonly bans: BanTableMemory;
}

/** What all workers must seal and name alike. */
export interface Keys {
  /** 32 bytes; kept in the state directory. */
  readonly secret: Uint8Array;
  /** 48 bytes. */
  readonly ticketKeys: Uint8Array;
  /** Seed (32 bytes) of the key that receipts and lists of bans are signed with. */
  readonly signingSeed: Uint8Array;
  /** 32 bytes, for hashed addresses in the log. */
  readonly addressKey: Uint8Array;
  /** Name of this installation in Via and CDN-Loop. */
  readonly pseudonym: string;
}

export interface Addresses {
  readonly http: readonly string[];
  readonly https: readonly string[];
}

/** What is to be forgotten, spelled as the zone's cache files it. */
export interface PurgeOrder {
  readonly zone: string;
  readonly targets: readonly PurgeTarget[];
  readonly soft: boolean;
}

export type ToWorker =
  | {
      readonly kind: "start";
      readonly worker: number;
      readonly workers: number;
      readonly settings: WorkerSettings;
      readonly snapshot: Snapshot;
      readonly certificates: readonly TlsEntry[];
    }
  | { readonly kind: "certificates"; readonly certificates: readonly TlsEntry[] }
  /** What an ACME authority is to be answered. */
  | { readonly kind: "challenges"; readonly entries: ChallengeEntries }
  /** The log's file was moved away from outside: open a new one. */
  | { readonly kind: "reopen" }
  | { readonly kind: "apply"; readonly snapshot: Snapshot }
  /** To one worker: it tells the others. */
  | ({ readonly kind: "purge"; readonly id: number } & PurgeOrder)
  /** The mitigations that hold for a zone from here on. */
  | { readonly kind: "mitigations"; readonly zone: string; readonly rules: readonly EnforcedRule[] }
  | { readonly kind: "drain"; readonly ms: number };

export type FromWorker =
  /** What a worker found out about addresses: the main thread decides. */
  | { readonly kind: "ban"; readonly requests: readonly BanRequest[] }
  | { readonly kind: "ready"; readonly addresses: Addresses }
  /** It could not begin: a port is taken, a certificate is not readable. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  | { readonly kind: "applied"; readonly version: number }
  | { readonly kind: "refused"; readonly version: number; readonly message: string }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** `at` in milliseconds of the wall clock; null where it failed. */
  | { readonly kind: "purged"; readonly id: number; readonly at: number | null }
  /** What it saw in the last tenth of a second. */
  | { readonly kind: "observed"; readonly reports: readonly ZoneReport[] }
  | { readonly kind: "drained" };
