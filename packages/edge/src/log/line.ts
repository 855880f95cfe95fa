import type { RequestLog } from "@egide/contract/request-log.ts";
import type { Facts } from "#facts.ts";
import { Part } from "#log/part.ts";
import type { LogRules } from "#log/record.ts";
import type { Line } from "#log/sink/buffer.ts";
import { ISO_LENGTH, putIsoTime } from "#log/time.ts";
import { getHeader } from "#wire/headers.ts";
import { NUMBER_BYTES, putBytes, putLatin1, putNumber } from "#wire/latin1.ts";
import { originOf, redactQuery, redactUrl } from "#wire/redact.ts";
import type { AddressWriter } from "#wire/written-address.ts";

/** Longest texts that are written of what a visitor sent. */
const MOST_METHOD = 32;
const MOST_TARGET = 4096;
const MOST_FIELD = 1024;

const NO_RULES: readonly string[] = [];
const COMMA = 0x2c;
/** Thousandths behind the point, as JSON writes them: without zeros at the end. */
const THOUSANDTHS = Array.from({ length: 1000 }, (_, i) => String(i / 1000).slice(1));
const TIME = '{"time":"';
const REQUEST = ',"request":';
const STATUS = '"status":';
const BYTES_IN = ',"bytesIn":';
const BYTES_OUT = ',"bytesOut":';
const DURATION = ',"duration":';
const ORIGIN_TIME = ',"originTime":';
const NONE = "null";
/** What stands between the parts that are kept, but for the request's name: texts and numbers. */
const BETWEEN =
  TIME.length +
  ISO_LENGTH +
  REQUEST.length +
  STATUS.length +
  BYTES_IN.length +
  BYTES_OUT.length +
  DURATION.length +
  ORIGIN_TIME.length +
  7 * (NUMBER_BYTES + 4);

/**
 * Writes records (contract/request-log.ts) as lines of JSON, in the contract's order of keys. Requests
 * of an attack differ in little: what is as it was in the record before is not put into JSON again.
 */
export class RecordLines implements Line {
  readonly #addresses: AddressWriter;
  readonly #worker: Buffer;
  readonly #zone = new Part();
  readonly #client = new Part();
  readonly #asked = new AskedPart();
  readonly #fate = new FatePart();
  #zoneId: string | null = null;
  #address: string | null = null;
  #facts: Facts<unknown> | null = null;
  #now = 0;

  constructor(worker: number, addresses: AddressWriter) {
    this.#worker = Buffer.from(`","worker":${worker},"connection":`);
    this.#addresses = addresses;
  }

  /** The record of a request, to be written at once. `now`: monotonic milliseconds. */
  of(facts: Facts<unknown>, rules: LogRules, now: number): this {
    const { zoneId, client } = facts;
    if (zoneId !== this.#zoneId) {
      this.#zoneId = zoneId;
      this.#zone.set(`","zone":${JSON.stringify(zoneId)},"requestId":"`);
    }
    const written = this.#addresses.write(client, rules.policy.address);
    if (written !== this.#address) {
      this.#address = written;
      this.#client.set(`,"client":${JSON.stringify(written)},`);
    }
    this.#asked.of(facts, rules);
    this.#fate.of(facts, rules);
    this.#facts = facts;
    this.#now = now;
    return this;
  }

  /** No fewer bytes than the line takes, without its line feed. */
  get most(): number {
    const kept = this.#zone.most + this.#client.most + this.#asked.most + this.#fate.most;
    const name = this.#facts === null ? 0 : this.#facts.requestId.length;
    return kept + this.#worker.length + name + BETWEEN;
  }

  /** Writes it at `from` and answers where it ends. */
  write(into: Buffer, from: number): number {
    const facts = this.#facts;
    if (facts === null) return from;
    this.#facts = null;
    const { exchange, originAsked, originAnswered } = facts;
    const { connection, request } = exchange.client;
    let at = putIsoTime(into, facts.time, putLatin1(into, TIME, from));
    // Names of requests are our own: letters, digits and dashes.
    at = putLatin1(into, facts.requestId, this.#zone.put(into, at));
    at = putNumber(into, connection, putBytes(into, this.#worker, at));
    at = putNumber(into, request, putLatin1(into, REQUEST, at));
    at = opened(into, this.#asked, this.#client.put(into, at));
    // The last brace of what was asked for.
    into[at - 1] = COMMA;
    at = putNumber(into, facts.status, putLatin1(into, STATUS, at));
    at = putNumber(into, exchange.bytesIn, putLatin1(into, BYTES_IN, at));
    at = putNumber(into, exchange.bytesOut, putLatin1(into, BYTES_OUT, at));
    at = putMillis(into, this.#now - facts.started, putLatin1(into, DURATION, at));
    at = putLatin1(into, ORIGIN_TIME, at);
    if (originAsked < 0 || originAnswered < 0) at = putLatin1(into, NONE, at);
    else at = putMillis(into, originAnswered - originAsked, at);
    into[at] = COMMA;
    return opened(into, this.#fate, at + 1);
  }
}

/** Writes a part whose first brace is not wanted: what stands before it ends in a comma. */
function opened(into: Buffer, part: Part, at: number): number {
  const end = part.put(into, at - 1);
  into[at - 1] = COMMA;
  return end;
}

/** What was asked for. */
class AskedPart extends Part {
  #rules: LogRules | null = null;
  #country = "";
  #method = "";
  #scheme = "";
  #host = "";
  #target = "";
  #version = 0;

  of({ exchange, country, host, target }: Facts<unknown>, rules: LogRules): void {
    const { method, scheme, version } = exchange.head;
    if (
      target === this.#target &&
      method === this.#method &&
      host === this.#host &&
      country === this.#country &&
      scheme === this.#scheme &&
      version === this.#version &&
      rules === this.#rules
    ) {
      return;
    }
    this.#rules = rules;
    this.#country = country;
    this.#method = method;
    this.#scheme = scheme;
    this.#host = host;
    this.#target = target;
    this.#version = version;
    const mark = target.indexOf("?");
    const hasQuery = mark >= 0 && rules.policy.query;
    const record = {
      country,
      method: short(method, MOST_METHOD),
      scheme,
      host: short(host, MOST_FIELD),
      path: short(mark < 0 ? target : target.slice(0, mark), MOST_TARGET),
      query: hasQuery
        ? short(redactQuery(target.slice(mark + 1), rules.redacted), MOST_TARGET)
        : "",
      version,
    } satisfies Partial<RequestLog>;
    this.set(JSON.stringify(record));
  }
}

/** What became of it, and what the visitor said of itself. */
class FatePart extends Part {
  #logRules: LogRules | null = null;
  #cache = "";
  #verdict = "";
  #code: string | null = null;
  #rules: readonly string[] = NO_RULES;
  #fault: string | null = null;
  #outcome = "";
  #tls = "";
  #ja4 = "";
  #http2 = "";
  #agent = "";
  #referer = "";

  of(facts: Facts<unknown>, logRules: LogRules): void {
    const { exchange, verdict: decided, cache, code, fault, outcome, waf } = facts;
    const { client, refusal, head } = exchange;
    const rules = facts.rules ?? NO_RULES;
    const verdict = refusal !== null && decided.kind === "deny" ? "refused" : decided.kind;
    const tls = client.tls?.version ?? "";
    const ja4 = client.tls?.ja4 ?? "";
    const http2 = client.http2 ?? "";
    const agent = getHeader(head.headers, "user-agent") ?? "";
    const referer = getHeader(head.headers, "referer") ?? "";
    if (
      logRules === this.#logRules &&
      waf === null &&
      code === this.#code &&
      verdict === this.#verdict &&
      cache === this.#cache &&
      fault === this.#fault &&
      outcome === this.#outcome &&
      tls === this.#tls &&
      ja4 === this.#ja4 &&
      http2 === this.#http2 &&
      agent === this.#agent &&
      referer === this.#referer &&
      isSame(rules, this.#rules)
    ) {
      return;
    }
    const record = {
      cache,
      verdict,
      code,
      rules: [...rules],
      fault,
      outcome,
      tls,
      ja4,
      http2: short(http2, MOST_FIELD),
      userAgent: logRules.policy.userAgent ? short(agent, MOST_FIELD) : "",
      referer: writtenReferer(referer, logRules),
      waf,
    } satisfies Partial<RequestLog>;
    this.set(JSON.stringify(record));
    // What the rule engine says is said of one request: nothing is compared with it.
    this.#logRules = waf === null ? logRules : null;
    this.#cache = cache;
    this.#verdict = verdict;
    this.#code = code;
    this.#rules = record.rules;
    this.#fault = fault;
    this.#outcome = outcome;
    this.#tls = tls;
    this.#ja4 = ja4;
    this.#http2 = http2;
    this.#agent = agent;
    this.#referer = referer;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function writtenReferer(value: string, { policy, redacted }: LogRules): string {
  if (policy.referer === "none" || value === "") return "";
  const cut = short(value, MOST_FIELD);
  return policy.referer === "origin" ? originOf(cut) : redactUrl(cut, redacted);
}

function short(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most);
}

/** Milliseconds to the microsecond as JSON writes a number; never below zero, whatever the clock did. */
function putMillis(into: Buffer, ms: number, at: number): number {
  const micros = ms > 0 ? Math.round(ms * 1000) : 0;
  const rest = micros % 1000;
  return putLatin1(into, THOUSANDTHS[rest] as string, putNumber(into, (micros - rest) / 1000, at));
}
