import type { Order } from "@egide/contract/order.ts";
import type { RawHeaders } from "#stream.ts";
import { ALLOW, type Verdict } from "#verdict.ts";
import {
  compilePathPattern,
  matchesPathPattern,
  type PathPattern,
  type PatternSubject,
  patternSubject,
} from "#wire/path-pattern.ts";

interface CompiledOrder {
  readonly severity: number;
  readonly starts: number;
  readonly ends: number;
  readonly countries: ReadonlySet<string> | null;
  readonly patterns: readonly PathPattern[] | null;
  readonly verdict: Verdict;
}

/** The orders of a snapshot by zone, the most severe first. */
export type OrderIndex = ReadonlyMap<string, readonly CompiledOrder[]>;

export function compileOrders(orders: readonly Order[]): OrderIndex {
  const index = new Map<string, CompiledOrder[]>();
  for (const order of orders) {
    const list = index.get(order.zone);
    if (list === undefined) index.set(order.zone, [compileOrder(order)]);
    else list.push(compileOrder(order));
  }
  for (const list of index.values()) list.sort((a, b) => b.severity - a.severity);
  return index;
}

/**
 * What the orders in force say of one request; ALLOW where none does. Of several the most severe
 * holds: law (451), end of service (410), refusal (403), interstitial. `target` is path and query as
 * received; `country` is null where it is not known, and then an order for some countries is silent.
 */
export function judgeOrders(
  index: OrderIndex,
  zone: string,
  target: string,
  country: string | null,
  now: number,
): Verdict {
  const list = index.get(zone);
  if (list === undefined) return ALLOW;
  let subject: PatternSubject | null = null;
  for (const order of list) {
    if (now < order.starts || now >= order.ends) continue;
    if (order.countries !== null && (country === null || !order.countries.has(country))) continue;
    if (order.patterns === null) return order.verdict;
    subject ??= patternSubject(target);
    for (const pattern of order.patterns) {
      if (matchesPathPattern(pattern, subject)) return order.verdict;
    }
  }
  return ALLOW;
}

function compileOrder(order: Order): CompiledOrder {
  const verdict = verdictOf(order);
  return {
    severity: severityOf(verdict),
    starts: Date.parse(order.starts),
    ends: order.ends === undefined ? Number.POSITIVE_INFINITY : Date.parse(order.ends),
    countries: order.countries === undefined ? null : new Set(order.countries),
    patterns: order.paths === undefined ? null : order.paths.map(compilePathPattern),
    verdict,
  };
}

function verdictOf(order: Order): Verdict {
  if (order.measure === "interstitial") {
    return { kind: "interstitial", code: "order.interstitial", order: order.id };
  }
  const headers: RawHeaders = [];
  if (order.legal === undefined) {
    const status = order.measure === "end-service" ? 410 : 403;
    return { kind: "deny", status, code: `order.${order.measure}`, headers, order: order.id };
  }
  // RFC 7725, section 4: a 451 says who carries the block out.
  if (order.legal.blockedBy !== undefined) {
    headers.push("Link", `<${order.legal.blockedBy}>; rel="blocked-by"`);
  }
  return { kind: "deny", status: 451, code: "order.legal", headers, order: order.id };
}

function severityOf(verdict: Verdict): number {
  if (verdict.kind !== "deny") return 0;
  switch (verdict.status) {
    case 451:
      return 3;
    case 410:
      return 2;
    default:
      return 1;
  }
}
