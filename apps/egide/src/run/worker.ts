import { HttpChallenges } from "@egide/dns/acme/http-challenges.ts";
import { startEdge } from "@egide/edge/edge.ts";
import type { ZoneReport } from "@egide/edge/mitigate/observation.ts";
import { turnClock } from "@egide/edge/wire/turn-clock.ts";
import { systemClock } from "@egide/std/clock.ts";
import type { FromWorker } from "#run/message.ts";
import {
  type LogMessage,
  type StartMessage,
  type WorkerEdge,
  workerLoop,
} from "#run/worker-loop.ts";

/* One edge in one thread: the supervisor's messages on one side, @egide/edge on the other. */
declare const self: Worker;

function start(
  { worker, workers, settings, snapshot, certificates }: StartMessage,
  log: (message: LogMessage) => void,
): WorkerEdge {
  const observed = (reports: readonly ZoneReport[]): void =>
    self.postMessage({ kind: "observed", reports } satisfies FromWorker);
  const { keys } = settings;
  let challenges = new HttpChallenges();
  const edge = startEdge({
    clock: turnClock(systemClock),
    worker,
    listen: settings.listen,
    snapshot,
    certificates,
    ticketKeys: keys.ticketKeys,
    secret: keys.secret,
    addressKey: keys.addressKey,
    pseudonym: keys.pseudonym,
    // Also for a single worker: a newer process joins in before this one leaves.
    reusePort: true,
    workers,
    cacheBytes: settings.cacheBytes,
    cacheDisk: settings.cacheDisk,
    geo: settings.geo,
    acmeAnswer: (path) => challenges.answer(path),
    log: settings.log,
    botRanges: settings.botRanges,
    challenge: settings.challenge,
    metrics: settings.metrics,
    mitigation: settings.mitigation,
    observed,
    bans: settings.bans,
    signingSeed: keys.signingSeed,
    appeals: settings.appeals,
    inspect: { rules: settings.rules, samples: settings.samples },
    limits: settings.limits,
    report: (level, message, fields) =>
      log({ kind: "log", level, message, fields: plainFields(fields) }),
  });
  // Sockets that the edge opened by itself outlive the thread: a listener that nobody reads from would
  // go on getting its share of the visitors.
  const fall = (error: unknown): void => {
    const fields = plainFields({ error });
    log({ kind: "log", level: "error", message: "the worker falls", fields });
    try {
      edge.close();
    } finally {
      process.exit(1);
    }
  };
  process.on("uncaughtException", fall);
  process.on("unhandledRejection", fall);
  return {
    addresses: edge.addresses,
    apply: (next) => edge.apply(next),
    setCertificates: (next) => edge.setCertificates(next),
    setChallenges(entries) {
      challenges = new HttpChallenges();
      for (const [token, answer] of entries) challenges.put(token, answer);
    },
    reopenLog: () => edge.reopenLog(),
    setMitigations: (zone, rules) => edge.setMitigations(zone, rules),
    purge({ zone, targets, soft }) {
      let stamp = 0;
      for (const target of targets) stamp = edge.cache.purge(zone, target, soft).stamp;
      // Stamps leave room for a thousand in each millisecond.
      return Math.floor(stamp / 1000);
    },
    async drain(ms) {
      await edge.drain(ms);
      edge.close();
    },
  };
}

/** What crosses to the main thread is data: errors as their text. */
function plainFields(fields: LogMessage["fields"]): LogMessage["fields"] {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
}

const receive = workerLoop(start, (message: FromWorker) => self.postMessage(message));
self.addEventListener("message", (event: MessageEvent) => void receive(event.data));
