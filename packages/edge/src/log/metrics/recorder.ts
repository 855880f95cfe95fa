import type { RequestLog, WafLog } from "@egide/contract/request-log.ts";
import type { Facts } from "#facts.ts";
import { FAMILIES, type FamilyName } from "#log/metrics/family.ts";
import type { SharedMetrics } from "#log/metrics/shared.ts";

type Use = Facts<unknown>["cache"];
type VerdictName = RequestLog["verdict"];

/** Zones whose places are kept at hand; beyond, the table starts anew. */
const MOST_ZONES = 4096;
const MOST_SLOTS = 65_536;
const LABELS = { h1: ["h1"], h2: ["h2"], h3: ["h3"] } as const;
const BUCKETS = FAMILIES.duration.buckets;

/** Counts for one worker. Everything here runs once per request: additions and small look-ups. */
export class MetricsRecorder {
  readonly #metrics: SharedMetrics;
  readonly #block: Float64Array;
  readonly #zones = new Map<string, ZoneSlots>();
  readonly #slots = new Map<string, number>();
  /** Places of the gauge and of the counter. */
  readonly #connections: Partial<Record<keyof typeof LABELS, readonly [number, number]>> = {};

  constructor(metrics: SharedMetrics, worker: number) {
    this.#metrics = metrics;
    this.#block = metrics.block(worker);
  }

  /** Once per request, when it is over. `now`: monotonic milliseconds. */
  request(facts: Facts<unknown>, now: number): void {
    const block = this.#block;
    const zone = this.#zone(facts.zoneId);
    const { exchange, verdict, originAsked, originAnswered } = facts;
    add(block, zone.requests(facts.status, exchange.head.version), 1);
    const refused = verdict.kind === "deny" && exchange.refusal !== null;
    add(block, zone.verdict(refused ? "refused" : verdict.kind), 1);
    if (facts.rules !== null) for (const id of facts.rules) add(block, zone.rule(id), 1);
    if (facts.cache !== "none") add(block, zone.cache(facts.cache), 1);
    if (facts.outcome !== "complete") add(block, zone.outcome(facts.outcome), 1);
    if (facts.fault !== null) add(block, zone.failure(facts.fault), 1);
    if (facts.waf !== null) {
      add(block, zone.waf(facts.waf.action), 1);
      add(block, zone.wafSeconds(), facts.waf.duration / 1000);
    }
    add(block, zone.bytesIn, exchange.bytesIn);
    add(block, zone.bytesOut, exchange.bytesOut);
    observe(block, zone.duration, (now - facts.started) / 1000);
    if (originAsked >= 0 && originAnswered >= 0) {
      observe(block, zone.origin(), (originAnswered - originAsked) / 1000);
    }
  }

  connection(protocol: "h1" | "h2" | "h3", change: 1 | -1): void {
    const [open, accepted] = (this.#connections[protocol] ??= [
      this.#slot("connections", LABELS[protocol]),
      this.#slot("accepted", LABELS[protocol]),
    ]);
    add(this.#block, open, change);
    if (change === 1) add(this.#block, accepted, 1);
  }

  /** Adds to a counter or a gauge that is not about one request. */
  add(family: FamilyName, labels: readonly string[], amount: number): void {
    add(this.#block, this.#slot(family, labels), amount);
  }

  /** Sets this worker's part of a gauge. */
  set(family: FamilyName, labels: readonly string[], value: number): void {
    this.#block[this.#slot(family, labels)] = value;
  }

  #slot(family: FamilyName, labels: readonly string[]): number {
    const key = `${family} ${labels.join("\0")}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#metrics.slot(family, labels);
      if (this.#slots.size >= MOST_SLOTS) this.#slots.clear();
      this.#slots.set(key, slot);
    }
    return slot;
  }

  #zone(id: string): ZoneSlots {
    let zone = this.#zones.get(id);
    if (zone === undefined) {
      if (this.#zones.size >= MOST_ZONES) this.#zones.clear();
      zone = new ZoneSlots(this.#metrics, id);
      this.#zones.set(id, zone);
    }
    return zone;
  }
}

/** Where the numbers of one zone stand; those that a zone never needs are never made. */
class ZoneSlots {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly duration: number;
  readonly #metrics: SharedMetrics;
  readonly #zone: string;
  #origin = -1;
  #wafSeconds = -1;
  /** By version (4) and class of status (6, dropped ones first). */
  readonly #requests = new Int32Array(24).fill(-1);
  readonly #named = new Map<string, number>();
  readonly #rules = new Map<string, number>();

  constructor(metrics: SharedMetrics, zone: string) {
    this.#metrics = metrics;
    this.#zone = zone;
    this.bytesIn = metrics.slot("bytesIn", [zone]);
    this.bytesOut = metrics.slot("bytesOut", [zone]);
    this.duration = metrics.slot("duration", [zone]);
  }

  requests(status: number, version: number): number {
    const group = status < 100 || status > 599 ? 0 : Math.floor(status / 100);
    const at = (version === 10 ? 0 : version === 11 ? 1 : version === 20 ? 2 : 3) * 6 + group;
    const known = this.#requests[at] as number;
    if (known >= 0) return known;
    const name = group === 0 ? "none" : `${group}xx`;
    const spoken = version < 20 ? `1.${version - 10}` : String(version / 10);
    const slot = this.#metrics.slot("requests", [this.#zone, name, spoken]);
    this.#requests[at] = slot;
    return slot;
  }

  origin(): number {
    if (this.#origin < 0) this.#origin = this.#metrics.slot("origin", [this.#zone]);
    return this.#origin;
  }

  verdict(name: VerdictName): number {
    return this.#by("verdicts", name);
  }

  rule(id: string): number {
    let slot = this.#rules.get(id);
    if (slot === undefined) {
      slot = this.#metrics.slot("rules", [this.#zone, id]);
      this.#rules.set(id, slot);
    }
    return slot;
  }

  waf(action: WafLog["action"]): number {
    return this.#by("waf", action);
  }

  wafSeconds(): number {
    if (this.#wafSeconds < 0) this.#wafSeconds = this.#metrics.slot("wafSeconds", [this.#zone]);
    return this.#wafSeconds;
  }

  cache(use: Use): number {
    return this.#by("cache", use);
  }

  outcome(name: string): number {
    return this.#by("outcomes", name);
  }

  failure(source: string): number {
    return this.#by("failures", source);
  }

  /** One table does for all: names of the first four families never meet. */
  #by(family: "verdicts" | "cache" | "outcomes" | "failures" | "waf", name: string): number {
    // Names of what the rule engine made of it are used elsewhere too.
    const key = family === "waf" ? `waf ${name}` : name;
    let slot = this.#named.get(key);
    if (slot === undefined) {
      slot = this.#metrics.slot(family, [this.#zone, name]);
      this.#named.set(key, slot);
    }
    return slot;
  }
}

function add(block: Float64Array, slot: number, amount: number): void {
  block[slot] = (block[slot] as number) + amount;
}

/** Layout of a histogram: its buckets, what is above them all, the sum. */
function observe(block: Float64Array, slot: number, seconds: number): void {
  const value = seconds > 0 ? seconds : 0;
  let bucket = 0;
  while (bucket < BUCKETS.length && value > (BUCKETS[bucket] as number)) bucket++;
  add(block, slot + bucket, 1);
  add(block, slot + BUCKETS.length + 1, value);
}
