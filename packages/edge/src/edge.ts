import { readFileSync } from "node:fs";
import { type ChallengeMemory, openTables } from "@egide/challenge/verify/memory.ts";
import type { Listen } from "@egide/contract/policy/listen.ts";
import { type LogSettings, logPolicySchema } from "@egide/contract/policy/log.ts";
import type { GeoSettings } from "@egide/contract/policy/rules.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import type { Snapshot } from "@egide/contract/snapshot.ts";
import { Geo } from "@egide/std/geo.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { LimitMemory } from "@egide/limit/cells.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { Front } from "#accept/front.ts";
import { altSvc } from "#accept/h3/alt-svc.ts";
import { Certificates, type TlsEntry } from "#accept/tls/certificates.ts";
import { Sweep } from "#accept/sweep.ts";
import { banCheck, type BanTableMemory } from "#kernel/ban-table.ts";
import type { Cache } from "#cache/cache.ts";
import { openCache } from "#cache/open.ts";
import { type InspectFolders, openInspector } from "#inspect/open.ts";
import { openCounters } from "#decide/limits/counters.ts";
import type { RangeData } from "#identify/bots/ranges.ts";
import { openBotSources } from "#identify/bots/system.ts";
import { requestIds } from "#identify/request-id.ts";
import type { MitigationMemory } from "#mitigate/memory.ts";
import type { ZoneReport } from "#mitigate/observation.ts";
import { MitigationWorker } from "#mitigate/worker.ts";
import type { EnforcedRule } from "#mitigate/zone-watch.ts";
import { type Enforced, enforce, release } from "#policy.ts";
import { Pipeline } from "#pipeline.ts";
import { AddressWriter } from "#wire/written-address.ts";
import { mustParse, openHttp3, openListeners } from "#listeners.ts";
import { RequestLogger } from "#log/logger.ts";
import { OriginFigures } from "#log/metrics/origins.ts";
import { MetricsRecorder } from "#log/metrics/recorder.ts";
import { type MetricsMemory, SharedMetrics } from "#log/metrics/shared.ts";
import { LogRules } from "#log/record.ts";
import { SpanExporter } from "#log/trace/exporter.ts";
import { Tracer } from "#log/trace/tracer.ts";
import type { Report } from "#report.ts";
import { AppealStore } from "#respond/appeal/store.ts";
import { OwnPaths } from "#respond/own-paths.ts";
import { Passes } from "#respond/pass.ts";
import { References } from "#respond/receipt/reference.ts";
import { dialOrigin } from "#upstream/reach/origin-dial.ts";
import { systemLookup } from "#upstream/reach/resolver.ts";
import { createUpstream, type Upstream } from "#upstream/upstream.ts";

export interface EdgeOptions {
  readonly clock: Clock;
  readonly listen: Listen;
  readonly snapshot: Snapshot;
  readonly certificates: readonly TlsEntry[];
  /** 48 bytes that seal TLS session tickets, shared by all workers of an installation. */
  readonly ticketKeys: Uint8Array;
  /** 32 bytes that seal what visitors carry (passes, sticky cookies), the same on every node. */
  readonly secret: Uint8Array;
  /** Name of this installation in Via and CDN-Loop: lower-case letters, digits, dashes. */
  readonly pseudonym: string;
  /** Share the ports with the other workers of this process. */
  readonly reusePort: boolean;
  readonly cacheBytes: number;
  /** Folder and size of the tier that all workers share. */
  readonly cacheDisk: { readonly path: string; readonly bytes: number } | null;
  readonly acmeAnswer: (path: string) => string | null;
  readonly report: Report;
  /** Files with countries and networks; null where there is none. */
  readonly geo: GeoSettings;
  /** Serial number of this worker, from 0. */
  readonly worker: number;
  readonly workers: number;
  readonly log: LogSettings;
  /** 32 bytes: key of hashed addresses in the log. */
  readonly addressKey: Uint8Array;
  /** Addresses of bots that are newer than those Égide brings along. */
  readonly botRanges: RangeData;
  /** What challenges came to, for all workers of the process: made by the main thread. */
  readonly challenge: ChallengeMemory;
  /** Where all workers of the process count: made by the main thread. */
  readonly metrics: MetricsMemory;
  /** What all workers of the process know of visitors while an attack goes on. */
  readonly mitigation: MitigationMemory;
  /** Hears ten times a second what was asked of the zones, for the detection of attacks. */
  readonly observed: (reports: readonly ZoneReport[]) => void;
  /** What rate limits count with: made by the main thread. */
  readonly limits: LimitMemory;
  /** Seed of the key that receipts are signed with, the same on every node. */
  readonly signingSeed: Uint8Array;
  /** Folder of what visitors wrote to contest a refusal. */
  readonly appeals: string;
  /** Whom the main thread has banned; null: nobody. */
  readonly bans: BanTableMemory | null;
  readonly inspect: InspectFolders;
}

export interface RunningEdge {
  /** Where it listens, with the ports that were found where 0 was asked for. */
  readonly addresses: { readonly http: readonly string[]; readonly https: readonly string[] };
  /** Enforces a newer snapshot from the next request on. Throws AppError and changes nothing where it can't. */
  apply(snapshot: Snapshot): void;
  setCertificates(set: readonly TlsEntry[]): void;
  readonly cache: Cache;
  /** Takes no new connection; settles when all have ended, or after `ms`. */
  drain(ms: number): Promise<void>;
  /** What rotated the log's file from outside wants a new one. */
  reopenLog(): void;
  /** Replaces the mitigations of a zone. */
  setMitigations(zone: string, rules: readonly EnforcedRule[]): void;
  close(): void;
}

/** Requests for no zone: nobody said what of them may be kept, so the defaults hold. */
const NO_ZONE = new LogRules(logPolicySchema.parse({}));

/** Starts the edge of one thread: listens, and enforces the snapshot. Throws AppError where it can't. */
export function startEdge(options: EdgeOptions): RunningEdge {
  const { clock, report } = options;
  const wheel = new TimerWheel(clock);
  const cache = openCache({
    clock,
    memoryBytes: options.cacheBytes,
    disk: options.cacheDisk,
    worker: options.worker,
    workers: options.workers,
    onDiskFailure: (error) =>
      report("error", "the cache's disk can't be used: memory has to do", { error }),
  });
  const addresses = new AddressWriter(options.addressKey);
  const inspector = openInspector(options.inspect, {
    worker: options.worker,
    report,
    writeAddress: (address, how) => addresses.write(address, how),
  });
  const https = options.listen.https.map(mustParse);
  const mitigation = new MitigationWorker({
    clock,
    memory: options.mitigation,
    secret: options.secret,
    report: options.observed,
    broken: (error, zone) => report("error", "a mitigation can't be enforced", { error, zone }),
  });
  const deps = {
    cache,
    counters: openCounters(options.limits, clock),
    watchOf: (zone: Snapshot["zones"][number]) => mitigation.watchOf(zone.id, zone.mitigation),
    inspector,
    openUpstream: (zone: Snapshot["zones"][number]) =>
      createUpstream(zone.origin, {
        clock,
        wheel,
        dial: dialOrigin,
        lookup: systemLookup,
        identity: { zone: zone.id, secret: Buffer.from(options.secret).toString("hex") },
        random: Math.random,
        told(origin, what) {
          const isBad = what === "down" || what === "open" || what === "unverified";
          report(isBad ? "warn" : "info", "an origin's state", {
            zone: zone.id,
            origin,
            state: what,
          });
        },
      }),
    botSources: openBotSources(clock, options.botRanges),
    challenge: { secret: options.secret, tables: openTables(options.challenge) },
    pseudonym: options.pseudonym,
    httpsPort: https[0]?.port ?? 443,
    altSvc: () => (options.listen.http3 && https[0]?.port ? altSvc(https[0].port) : null),
  };
  const recorder = new MetricsRecorder(new SharedMetrics(options.metrics), options.worker);
  const originFigures = new OriginFigures(clock, recorder, () => shownOrigins(enforced));
  const logger = new RequestLogger({
    settings: options.log,
    clock,
    worker: options.worker,
    addressKey: options.addressKey,
    onDropped(records) {
      recorder.add("logDropped", [], records);
      report("warn", "the request log can't keep up", { dropped: records });
    },
  });
  const exporter = openExporter(options, recorder);
  const isBanned = banCheck(options.bans, clock);
  let enforced: Enforced = enforce(options.snapshot, null, deps);
  const passes = new Passes(options.secret);
  const references = new References(options.secret);
  const pipeline = new Pipeline(enforced.policy, {
    clock,
    nextId: requestIds(),
    geo: openGeo(options),
    ownPaths: new OwnPaths({
      acmeAnswer: options.acmeAnswer,
      passes,
      drillKey: options.secret,
      appeals: {
        references,
        key: signingKeyOf(options.signingSeed),
        store: new AppealStore(options.appeals),
        counters: deps.counters,
      },
    }),
    passes,
    references,
    isBanned,
    tracer: exporter === null ? null : new Tracer(options.log.traces, (span) => exporter.add(span)),
    finished(facts) {
      recorder.request(facts, clock.monotonic());
      logger.record(facts, facts.zone?.log ?? NO_ZONE);
    },
    broken: (error, requestId) =>
      report("error", "a request met a fault of the edge", { error, requestId }),
  });
  const onBroken = (error: unknown): void =>
    report("error", "a connection met a fault of the edge", { error });
  const front = new Front({
    clock,
    limits: options.snapshot.limits,
    isBanned,
    onExchange: pipeline.handle,
    onCount: (protocol, change) => recorder.connection(protocol, change),
    onBroken,
  });
  const certificates = new Certificates({ ticketKeys: options.ticketKeys });
  certificates.replace(options.certificates);
  const listeners = openListeners(options, front, certificates, wheel, isBanned);
  let { limits } = options.snapshot;
  const sweep = new Sweep(clock, onBroken);
  const quic = openHttp3(options, listeners.https, {
    certificates,
    sweep,
    limits: () => limits,
    nextSerial: front.nextSerial,
    onCount: (change) => recorder.connection("h3", change),
    onExchange: pipeline.handle,
  });
  const stop = (): Promise<unknown> => {
    for (const listener of [...listeners.http, ...listeners.https]) listener.stop();
    return Promise.all(quic.map((listener) => listener.stop()));
  };
  return {
    addresses: {
      http: listeners.http.map(({ address }) => address),
      https: listeners.https.map(({ address }) => address),
    },
    apply(snapshot) {
      const next = enforce(snapshot, enforced, deps);
      const previous = enforced;
      enforced = next;
      pipeline.policy = next.policy;
      limits = snapshot.limits;
      front.setLimits(limits);
      release(previous, next);
    },
    setCertificates: (set) => certificates.replace(set),
    cache,
    async drain(ms) {
      const stopped = stop();
      const bound = Promise.withResolvers<void>();
      const timer = clock.after(ms, () => bound.resolve());
      await Promise.race([Promise.all([front.drain(), stopped]), bound.promise]);
      timer.cancel();
      await Promise.all([logger.close(), exporter?.close(), inspector.flush()]);
    },
    reopenLog: () => logger.reopen(),
    setMitigations: (zone, rules) => mitigation.setRules(zone, rules),
    close() {
      void stop();
      mitigation.stop();
      originFigures.stop();
      sweep.stop();
      front.close();
      release(enforced, null);
      cache.close();
      inspector.close();
    },
  };
}

function* shownOrigins({ upstreams }: Enforced): Generator<readonly [string, Upstream]> {
  for (const [zone, { upstream }] of upstreams) yield [zone, upstream];
}

/** Damaged files leave countries unknown, which is told: an edge that does not serve is worse. */
function openGeo({ geo, report }: EdgeOptions): Geo | null {
  if (geo.country === null && geo.asn === null) return null;
  try {
    const read = (path: string | null) => (path === null ? null : readFileSync(path));
    return new Geo(read(geo.country), read(geo.asn));
  } catch (error) {
    report("error", "countries and networks are not known: a database can't be read", { error });
    return null;
  }
}

function openExporter(options: EdgeOptions, recorder: MetricsRecorder): SpanExporter | null {
  const { clock, log } = options;
  const { endpoint } = log.traces;
  if (endpoint === null) return null;
  return new SpanExporter({
    settings: { ...log.traces, endpoint },
    clock,
    onDropped: (spans) => recorder.add("traceDropped", [], spans),
  });
}
