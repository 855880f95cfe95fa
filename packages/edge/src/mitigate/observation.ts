import type { Kind } from "#fields/kind.ts";

/** One request as the detection sees it; it may stand for several that were not looked at. */
export interface Observation {
  /** Monotonic milliseconds of the machine. */
  readonly at: number;
  /** How many requests it stands for. */
  readonly weight: number;
  /** Who: a keyed hash of address and user agent. */
  readonly visitor: number;
  readonly address: string;
  /** Keyed hash of the cookies sent, 0 without any. */
  readonly cookies: number;
  readonly kind: Kind;
  readonly method: string;
  /** The visitor was here before anything went wrong, and asks no faster than then. */
  readonly known: boolean;
  /** What its answer is filed under: the path, and whether a query stands behind it. */
  readonly resource: string;
  /** Values in the order of FEATURES; "" where there is none. */
  readonly features: readonly string[];
}

/** How one kind of answer came about in one tick. */
export interface Served {
  readonly resource: string;
  count: number;
  /** Of these, answered from the cache. */
  hits: number;
  /** Of these, 5xx. */
  errors: number;
  /** Milliseconds that the origin took for the others, together. */
  originMs: number;
}

/** What one worker saw of one zone since its last report. */
export interface ZoneReport {
  readonly zone: string;
  /** Milliseconds the report is about. */
  readonly ms: number;
  /** Requests that reached the rules, those that a mitigation stopped left out. */
  readonly arrived: number;
  /** Requests on their way to an origin or back. */
  readonly inFlight: number;
  readonly samples: readonly Observation[];
  readonly served: readonly Served[];
  /** Requests that each mitigation stopped, by rule. */
  readonly stopped: ReadonlyMap<string, number>;
  /** Requests that mitigations stopped, by address; the busiest alone. */
  readonly stoppedBy: ReadonlyMap<string, number>;
  /** Requests of visitors who did what a mitigation asks for, by address; the busiest alone. */
  readonly heededBy: ReadonlyMap<string, number>;
}
