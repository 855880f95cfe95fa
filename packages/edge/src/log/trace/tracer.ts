import type { TraceSettings } from "@egide/contract/policy/log.ts";
import type { Facts } from "#facts.ts";
import { newId, parseTraceparent, type TraceContext, traceparent } from "#log/trace/context.ts";
import { type Attribute, attribute, type Span, unixNano } from "#log/trace/otlp.ts";

/** A request that is being traced. */
export interface Traced {
  readonly context: TraceContext;
  /** Span of the request to the origin. */
  readonly originSpan: string;
  /** The traceparent field that the origin is sent. */
  readonly outgoing: string;
}

/** Decides which requests are traced, and makes their spans when they are over. */
export class Tracer {
  readonly #settings: TraceSettings;
  readonly #add: (span: Span) => void;
  readonly #random: () => number;

  constructor(settings: TraceSettings, add: (span: Span) => void, random = Math.random) {
    this.#settings = settings;
    this.#add = add;
    this.#random = random;
  }

  /** Null: this request is not traced. `field`: the visitor's traceparent. */
  begin(field: string | undefined): Traced | null {
    const { share, continueIncoming } = this.#settings;
    const incoming = continueIncoming ? parseTraceparent(field) : null;
    if (incoming?.sampled !== true && this.#random() >= share) return null;
    const context: TraceContext = {
      traceId: incoming?.traceId ?? newId(16),
      spanId: newId(8),
      parentId: incoming?.parentId ?? "",
    };
    const originSpan = newId(8);
    return { context, originSpan, outgoing: traceparent(context, originSpan) };
  }

  /** Once per traced request, when it is over. `now`: monotonic milliseconds. */
  end(traced: Traced, facts: Facts<unknown>, now: number): void {
    const { context, originSpan } = traced;
    const { originAsked, originAnswered, started, time } = facts;
    const wall = (monotonic: number): string => unixNano(time + (monotonic - started));
    const method = methodName(facts.exchange.head.method);
    this.#add({
      traceId: context.traceId,
      spanId: context.spanId,
      ...(context.parentId === "" ? {} : { parentSpanId: context.parentId }),
      name: method,
      kind: 2,
      startTimeUnixNano: unixNano(time),
      endTimeUnixNano: wall(Math.max(now, started)),
      attributes: attributes(facts, method),
      status: { code: facts.status >= 500 || facts.outcome === "failed" ? 2 : 0 },
    });
    if (originAsked < 0) return;
    const answered = originAnswered >= originAsked;
    this.#add({
      traceId: context.traceId,
      spanId: originSpan,
      parentSpanId: context.spanId,
      name: method,
      kind: 3,
      startTimeUnixNano: wall(originAsked),
      endTimeUnixNano: wall(answered ? originAnswered : now),
      attributes: [attribute("http.request.method", method)],
      status: { code: answered ? 0 : 2 },
    });
  }
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Names of spans must be few: what nobody knows is `HTTP` (semantic conventions for HTTP spans). */
function methodName(method: string): string {
  return METHODS.has(method) ? method : "HTTP";
}

/** Names of OpenTelemetry's semantic conventions; no address, no query, no field of the visitor's. */
function attributes(facts: Facts<unknown>, method: string): Attribute[] {
  const { head } = facts.exchange;
  const query = facts.target.indexOf("?");
  const out = [
    attribute("http.request.method", method === "HTTP" ? "_OTHER" : method),
    attribute("url.scheme", head.scheme),
    attribute("url.path", (query < 0 ? facts.target : facts.target.slice(0, query)).slice(0, 1024)),
    attribute("server.address", facts.host),
    attribute(
      "network.protocol.version",
      head.version < 20 ? `1.${head.version - 10}` : String(head.version / 10),
    ),
    attribute("egide.zone", facts.zoneId),
    attribute("egide.request_id", facts.requestId),
    attribute("egide.verdict", facts.verdict.kind),
    attribute("egide.cache", facts.cache),
  ];
  if (facts.status > 0) out.push(attribute("http.response.status_code", facts.status));
  if (facts.code !== null) out.push(attribute("error.type", facts.code));
  return out;
}
