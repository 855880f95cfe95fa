import type { Geo } from "@egide/std/geo.ts";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { judgeProtocol } from "#decide/decide.ts";
import { judgeBots } from "#decide/bots.ts";
import { judgeBanned } from "#decide/banned.ts";
import { judgeMutual } from "#decide/mutual.ts";
import { judgeUnderAttack } from "#decide/under-attack.ts";
import { judgeOrders } from "#decide/orders.ts";
import type { Counters } from "#decide/limits/counters.ts";
import { chargeLimits, judgeLimits, seeAnswer } from "#decide/limits/limits.ts";
import { requestHeaders, responseHeaders } from "#decide/rules/headers.ts";
import { judgeRules } from "#decide/rules/judge.ts";
import type { Exchange } from "#exchange.ts";
import type { Facts } from "#facts.ts";
import type { Gate } from "#identify/clearance/gate.ts";
import { forwardHeaders, isLoop } from "#identify/forward.ts";
import { identify } from "#identify/identify.ts";
import { answerFailure, answerVerdict } from "#respond/answer.ts";
import type { Receipt } from "#respond/page/notice.ts";
import type { OwnReply } from "#respond/reply.ts";
import { answerChallenge } from "#respond/challenge/answer.ts";
import { Inspection, type Inspected } from "#inspect/inspection.ts";
import { breaksProtocol } from "#inspect/witness.ts";
import type { ZoneWaf } from "#inspect/zone/zone-waf.ts";
import type { Dress } from "#respond/dress.ts";
import { cacheUse } from "#log/cache-use.ts";
import type { Traced, Tracer } from "#log/trace/tracer.ts";
import type { OwnPaths } from "#respond/own-paths.ts";
import type { Passes } from "#respond/pass.ts";
import type { References } from "#respond/receipt/reference.ts";
import { sendResponse } from "#respond/send.ts";
import { Tarpit } from "#respond/tarpit.ts";
import type { Policy, ServedZone } from "#served.ts";
import type { ByteSource, Call, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { ALLOW, type Verdict } from "#verdict.ts";
import { joinHeader, withoutHeaders } from "#wire/headers.ts";
import { joinTunnels } from "#wire/tunnel.ts";

/** What the cache calls itself in Cache-Status. */
const CACHE_NAME = "Egide";

export interface PipelineOptions {
  readonly clock: Clock;
  readonly nextId: () => string;
  /** Null: countries and networks are not known. */
  readonly geo: Geo | null;
  readonly ownPaths: OwnPaths;
  readonly passes: Passes;
  readonly references: References;
  readonly isBanned: (address: string) => boolean;
  /** Null: nothing is traced. */
  readonly tracer: Tracer | null;
  /** Hears of every request exactly once, when it is over. */
  readonly finished: (facts: Facts<ServedZone>) => void;
  /** An exception that should not have been: it is answered, and told. */
  readonly broken: (error: unknown, requestId: string) => void;
}

/**
 * A request's life, in order: identify → decide → inspect → (cache → upstream) → inspect → respond →
 * log. The only file that knows it.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #tarpit: Tarpit;
  policy: Policy;

  constructor(policy: Policy, options: PipelineOptions) {
    this.policy = policy;
    this.#tarpit = new Tarpit(options.clock);
    this.#options = options;
  }

  readonly handle = (exchange: Exchange): void => {
    const { clock, nextId } = this.#options;
    const { policy } = this;
    const { facts, fault } = identify(exchange, nextId(), clock.now(), clock.monotonic(), {
      zones: policy.zones,
      zoneId,
      gate: gateOf,
      trustedProxies: policy.trustedProxies,
      geo: this.#options.geo,
    });
    const run = new Run(facts, policy, this.#options, this.#tarpit);
    try {
      const banned = this.#options.isBanned(facts.client);
      facts.verdict = banned ? judgeBanned(facts) : decide(facts, fault, policy);
      run.act();
    } catch (error) {
      run.broke(error);
    }
  };
}

function zoneId(zone: ServedZone): string {
  return zone.id;
}

function gateOf(zone: ServedZone): Gate {
  return zone.gate;
}

function decide(facts: Facts<ServedZone>, fault: string | null, policy: Policy): Verdict {
  const { exchange, zone } = facts;
  const verdict = judgeProtocol({
    exchange,
    fault,
    isLoop: isLoop(exchange.head.headers, policy.pseudonym),
    httpsRedirect: zone === null ? null : zone.httpsRedirect,
    host: facts.host,
    httpsPort: policy.httpsPort,
    target: facts.target,
  });
  if (verdict.kind !== "allow" || zone === null) return verdict;
  if (zone.mutual) {
    const { tls } = exchange.client;
    const denied = judgeMutual(tls, tls !== null && policy.zones.find(tls.serverName) === zone);
    if (denied !== null) return denied;
  }
  const country = facts.country === "" ? null : facts.country;
  const ordered = judgeOrders(policy.orders, zone.id, facts.target, country, facts.time);
  return ordered.kind === "allow" ? judgeZone(facts, zone, policy.counters) : ordered;
}

/** What the zone has to say, once neither protocol nor law stands in the way. */
function judgeZone(facts: Facts<ServedZone>, zone: ServedZone, counters: Counters): Verdict {
  const mitigated = zone.watch === null ? ALLOW : zone.watch.judge(facts);
  if (mitigated.kind !== "allow") return mitigated;
  const ruled = zone.rules === null ? ALLOW : judgeRules(zone.rules, facts);
  if (ruled.kind !== "allow") return ruled;
  const measured = zone.bots === null ? ALLOW : judgeBots(zone.bots, facts);
  if (measured.kind !== "allow") return measured;
  const limited = zone.limits === null ? ALLOW : judgeLimits(zone.limits, facts, counters);
  if (limited.kind !== "allow") return limited;
  return judgeUnderAttack(zone.gate.underAttack, facts);
}

/** One request on its way: hears the answer, sees that it is sent, and tells the log in the end. */
class Run implements ResponseSink, OwnReply, Inspected {
  readonly dress: Dress;
  receipt: Receipt | null = null;
  readonly #facts: Facts<ServedZone>;
  readonly #policy: Policy;
  readonly #options: PipelineOptions;
  readonly #tarpit: Tarpit;
  #call: Call | null = null;
  #traced: Traced | null = null;
  #inspection: Inspection | null = null;
  #answered = false;
  #passed = false;
  #over = false;

  constructor(facts: Facts<ServedZone>, policy: Policy, options: PipelineOptions, tarpit: Tarpit) {
    this.#facts = facts;
    this.#policy = policy;
    this.#options = options;
    this.#tarpit = tarpit;
    this.dress = facts.zone === null ? policy.dress : facts.zone.dress;
  }

  get requestId(): string {
    return this.#facts.requestId;
  }

  get host(): string {
    return this.#facts.host;
  }

  get time(): number {
    return this.#facts.time;
  }

  act(): void {
    const { exchange, zone } = this.#facts;
    exchange.onAbort = () => this.#left();
    if (exchange.refusal === null && this.#options.ownPaths.answer(this.#facts, this)) {
      this.#answered = true;
      return;
    }
    if (zone !== null && this.#hasPass(this.#facts.verdict, zone)) {
      this.#facts.verdict = judgeZone(this.#facts, zone, this.#policy.counters);
    }
    const { verdict } = this.#facts;
    if (verdict.kind !== "allow") {
      if (breaksProtocol(exchange, verdict)) this.#witness(zone);
      this.#refuse(verdict, zone);
    } else if (zone === null) throw new Error("allowed without a zone");
    else if (zone.waf === null || this.#facts.skipped.waf) this.#forward(zone, exchange.body);
    else this.#inspect(zone.waf).request();
  }

  #inspect(waf: ZoneWaf): Inspection {
    this.#inspection = new Inspection(this.#facts, waf, this, this.#options.broken);
    return this.#inspection;
  }

  /** What names no host at all is shown to the rules of the zone that answers for every host. */
  #witness(zone: ServedZone | null): void {
    const { waf } = zone ?? this.#policy.zones.find("") ?? { waf: null };
    if (waf !== null) this.#inspect(waf).witness();
  }

  passed(body: ByteSource | null): void {
    const { zone } = this.#facts;
    if (zone !== null) this.#forward(zone, body);
  }

  judged(verdict: Exclude<Verdict, { kind: "allow" }>): void {
    this.#call = null;
    this.#facts.verdict = verdict;
    this.#refuse(verdict, this.#facts.zone);
  }

  #refuse(verdict: Exclude<Verdict, { kind: "allow" }>, zone: ServedZone | null): void {
    const facts = this.#facts;
    const { exchange } = facts;
    this.#answered = true;
    facts.code = verdict.code;
    facts.fault = exchange.refusal === null ? null : "client";
    if (verdict.kind === "challenge") {
      if (zone === null) throw new Error("challenged without a zone");
      answerChallenge(facts, verdict.mode, zone.gate, this);
      return;
    }
    if (zone !== null && zone.appeals !== null) {
      this.receipt = this.#options.references.of(facts, verdict);
    }
    const id = "order" in verdict ? verdict.order : null;
    const order = id === null ? null : (this.#policy.orderById.get(id) ?? null);
    const link =
      verdict.kind === "interstitial" && id !== null
        ? this.#options.passes.link(facts.zoneId, id, facts.client, facts.target, facts.time)
        : "";
    answerVerdict(exchange, verdict, this, order, link, this.#tarpit);
  }

  #hasPass(verdict: Verdict, zone: ServedZone): boolean {
    if (verdict.kind !== "interstitial" || verdict.order === null) return false;
    const { exchange, time } = this.#facts;
    const cookies = joinHeader(exchange.head.headers, "cookie");
    const secure = exchange.head.scheme === "https";
    return this.#options.passes.holds(cookies, zone.id, verdict.order, secure, time);
  }

  #forward(zone: ServedZone, body: ByteSource | null): void {
    const facts = this.#facts;
    const { exchange } = facts;
    const { head } = exchange;
    const forwarded = forwardHeaders(head.headers, head.nominated ?? null, {
      client: facts.client,
      scheme: head.scheme,
      authority: facts.authority,
      requestId: facts.requestId,
      version: head.version,
      pseudonym: this.#policy.pseudonym,
    });
    zone.watch?.passed(facts);
    this.#passed = true;
    const headers = zone.rules === null ? forwarded : requestHeaders(zone.rules, forwarded, facts);
    facts.originAsked = this.#options.clock.monotonic();
    const call = zone.fetch(
      {
        method: head.method,
        target: facts.forward,
        scheme: head.scheme,
        authority: facts.authority,
        headers: this.#trace(headers),
        body,
        bodyLength: exchange.bodyLength,
        upgrade: exchange.upgrade,
        affinity: facts.client,
      },
      this,
    );
    if (!this.#answered) this.#call = call;
  }

  /** The origin's spans are to stand below ours. */
  #trace(headers: RawHeaders): RawHeaders {
    const { tracer } = this.#options;
    if (tracer === null) return headers;
    this.#traced = tracer.begin(joinHeader(headers, "traceparent"));
    if (this.#traced === null) return headers;
    const continued = this.#traced.context.parentId !== "";
    const kept = withoutHeaders(
      headers,
      (name) => name === "traceparent" || (name === "tracestate" && !continued),
    );
    kept.push("traceparent", this.#traced.outgoing);
    return kept;
  }

  informational(status: number, headers: RawHeaders): void {
    this.#facts.exchange.informational(status, headers);
  }

  response(response: OriginResponse): void {
    this.#call = null;
    try {
      this.#heard(response);
      if (this.#inspection === null) this.released(response);
      else this.#inspection.response(response);
    } catch (error) {
      this.broke(error);
    }
  }

  #heard(response: OriginResponse): void {
    const facts = this.#facts;
    facts.cache = cacheUse(response.headers, CACHE_NAME);
    if (facts.cache === "hit") facts.originAsked = -1;
    else facts.originAnswered = this.#options.clock.monotonic();
    if (response.sticky !== undefined) response.headers.push("Set-Cookie", response.sticky);
  }

  released(response: OriginResponse): void {
    const facts = this.#facts;
    this.#answered = true;
    facts.status = response.status;
    seeAnswer(facts, response);
    if (response.status === 101) this.#switch(response);
    else {
      const rules = facts.zone === null ? null : facts.zone.rules;
      const dressed = rules === null ? response : responseHeaders(rules, response, facts);
      sendResponse(facts.exchange, dressed, this);
    }
  }

  fail(error: AppError): void {
    this.#answered = true;
    this.#call = null;
    const facts = this.#facts;
    facts.code = error.code;
    facts.fault = error.source;
    answerFailure(facts.exchange, error, this);
  }

  began(status: number): void {
    this.#facts.status = status;
  }

  finished(outcome: "complete" | "aborted" | "failed", error: AppError | null): void {
    if (this.#over) return;
    this.#over = true;
    const facts = this.#facts;
    facts.outcome = outcome;
    if (error !== null) {
      facts.code = error.code;
      facts.fault = error.source;
    }
    this.#inspection?.finish();
    if (this.#passed) facts.zone?.watch?.finished(facts);
    else facts.zone?.watch?.refused(facts);
    chargeLimits(facts, this.#policy.counters, this.#options.clock.monotonic());
    this.#options.finished(facts);
    if (this.#traced !== null) {
      this.#options.tracer?.end(this.#traced, facts, this.#options.clock.monotonic());
    }
  }

  /** An exception becomes an answer, where none has begun: nothing fails open in silence. */
  broke(error: unknown): void {
    this.#options.broken(error, this.#facts.requestId);
    this.#call?.cancel();
    this.#inspection?.cancel();
    const failure = new AppError({
      code: "edge.internal",
      source: "edge",
      retry: false,
      publicMessage: "Something went wrong in the edge itself.",
      cause: error,
    });
    if (this.#answered) {
      this.#facts.exchange.abort();
      this.finished("failed", failure);
    } else this.fail(failure);
  }

  #switch(response: OriginResponse): void {
    const { tunnel } = response;
    if (tunnel === null) throw new Error("101 without a tunnel");
    const { exchange } = this.#facts;
    exchange.onAbort = null;
    joinTunnels(exchange.switchProtocols(response.headers), tunnel, () =>
      this.finished("complete", null),
    );
  }

  #left(): void {
    this.#call?.cancel();
    this.#inspection?.cancel();
    this.#call = null;
    this.#answered = true;
    this.finished("aborted", null);
  }
}
