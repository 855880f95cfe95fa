/** One named metric and what tells its series apart. */
export interface Family {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  /** Histograms: upper bounds, ascending, without +Inf. */
  readonly buckets?: readonly number[];
}

/** Numbers that one series takes in shared memory: for a histogram its buckets, +Inf and the sum. */
export function widthOf(family: Family): number {
  return family.kind === "histogram" ? (family.buckets?.length ?? 0) + 2 : 1;
}

/** Seconds, from a cache hit to an origin that thinks for a minute. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** All that `/metrics` shows of the edge, documented in docs/reference/metrics.md. */
export const FAMILIES = {
  requests: {
    name: "egide_requests_total",
    kind: "counter",
    help: "Requests answered, by zone, class of status and version of HTTP.",
    labels: ["zone", "status", "version"],
  },
  verdicts: {
    name: "egide_verdicts_total",
    kind: "counter",
    help: "What was decided about requests.",
    labels: ["zone", "verdict"],
  },
  rules: {
    name: "egide_rules_total",
    kind: "counter",
    help: "Requests that a rule of the zone held for.",
    labels: ["zone", "rule"],
  },
  cache: {
    name: "egide_cache_total",
    kind: "counter",
    help: "How the cache had to do with answers.",
    labels: ["zone", "use"],
  },
  outcomes: {
    name: "egide_unfinished_total",
    kind: "counter",
    help: "Answers that were not completed: the visitor left, or they broke off.",
    labels: ["zone", "outcome"],
  },
  bytesIn: {
    name: "egide_received_bytes_total",
    kind: "counter",
    help: "Bytes received from visitors.",
    labels: ["zone"],
  },
  bytesOut: {
    name: "egide_sent_bytes_total",
    kind: "counter",
    help: "Bytes sent to visitors.",
    labels: ["zone"],
  },
  duration: {
    name: "egide_request_duration_seconds",
    kind: "histogram",
    help: "From the complete head to the last byte handed over.",
    labels: ["zone"],
    buckets: SECONDS,
  },
  origin: {
    name: "egide_origin_duration_seconds",
    kind: "histogram",
    help: "From the request to the origin to the head of its answer.",
    labels: ["zone"],
    buckets: SECONDS,
  },
  failures: {
    name: "egide_failures_total",
    kind: "counter",
    help: "Requests that failed, by whose fault it was.",
    labels: ["zone", "source"],
  },
  originInFlight: {
    name: "egide_origin_in_flight",
    kind: "gauge",
    help: "Requests under way at an origin.",
    labels: ["zone", "origin"],
  },
  originWaiting: {
    name: "egide_origin_waiting",
    kind: "gauge",
    help: "Requests that wait for a place at an origin.",
    labels: ["zone", "origin"],
  },
  originConnections: {
    name: "egide_origin_connections",
    kind: "gauge",
    help: "Connections to an origin that are open.",
    labels: ["zone", "origin"],
  },
  originIdle: {
    name: "egide_origin_idle_connections",
    kind: "gauge",
    help: "Those of them that wait for a request.",
    labels: ["zone", "origin"],
  },
  originDown: {
    name: "egide_origin_down_workers",
    kind: "gauge",
    help: "Workers whose checks find an origin down.",
    labels: ["zone", "origin"],
  },
  originBreaker: {
    name: "egide_origin_broken_workers",
    kind: "gauge",
    help: "Workers whose breaker keeps requests from an origin, or tries it again.",
    labels: ["zone", "origin"],
  },
  originRequests: {
    name: "egide_origin_attempts_total",
    kind: "counter",
    help: "Attempts that got a place at an origin.",
    labels: ["zone", "origin"],
  },
  originFailures: {
    name: "egide_origin_failed_attempts_total",
    kind: "counter",
    help: "Those of them that failed.",
    labels: ["zone", "origin"],
  },
  originConnects: {
    name: "egide_origin_connects_total",
    kind: "counter",
    help: "Connections to an origin that were begun.",
    labels: ["zone", "origin"],
  },
  originRetries: {
    name: "egide_origin_retries_total",
    kind: "counter",
    help: "Requests that were tried again.",
    labels: ["zone"],
  },
  waf: {
    name: "egide_waf_requests_total",
    kind: "counter",
    help: "Requests that the rule engine looked at, by what it made of them.",
    labels: ["zone", "action"],
  },
  wafSeconds: {
    name: "egide_waf_seconds_total",
    kind: "counter",
    help: "Time that the rule engine took.",
    labels: ["zone"],
  },
  connections: {
    name: "egide_connections",
    kind: "gauge",
    help: "Connections from visitors that are open.",
    labels: ["protocol"],
  },
  accepted: {
    name: "egide_connections_total",
    kind: "counter",
    help: "Connections accepted from visitors.",
    labels: ["protocol"],
  },
  logDropped: {
    name: "egide_log_dropped_total",
    kind: "counter",
    help: "Records that could not be written to the request log.",
    labels: [],
  },
  traceDropped: {
    name: "egide_trace_dropped_total",
    kind: "counter",
    help: "Spans that could not be delivered.",
    labels: [],
  },
  crashes: {
    name: "egide_worker_crashes_total",
    kind: "counter",
    help: "Workers that ended without being asked to.",
    labels: [],
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as FamilyName[];
