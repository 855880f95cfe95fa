import { parseIp } from "@egide/std/ip.ts";
import type { Missable } from "@egide/expr/value.ts";
import type { Facts } from "#facts.ts";
import { cookieMap, HeaderMap, headerNames, headerValues } from "#fields/headers.ts";
import { normalPath } from "#fields/normalize.ts";
import { type Pairs, readPairs } from "#fields/query.ts";
import type { RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";

/** An answer on its way out, for the rules that come after it. */
export interface ResponseView {
  readonly status: number;
  readonly headers: RawHeaders;
}

/** A target cut up. */
export class TargetView {
  readonly target: string;
  readonly path: string;
  readonly query: string;
  #args: Pairs | null = null;

  constructor(target: string) {
    const mark = target.indexOf("?");
    this.target = target;
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? "" : target.slice(mark + 1);
  }

  get args(): Pairs {
    return (this.#args ??= readPairs(this.query));
  }
}

/**
 * One request as expressions see it: what is asked for is worked out once and kept. Made for a
 * request only where some rule of its zone looks at one.
 */
export class RequestView {
  readonly facts: Facts<unknown>;
  /** As the visitor sent it. */
  readonly raw: TargetView;
  /** As it goes on to cache and origin: another once a rule rewrote it. */
  #forward: TargetView;
  /** The same in the one spelling that rules compare with. */
  uri: TargetView;
  response: ResponseView | null = null;
  #address: Uint8Array | null | undefined;
  #headers: HeaderMap | null = null;
  #cookies: Missable;
  #names: readonly string[] | null = null;
  #values: readonly string[] | null = null;
  #kept: Map<string, Missable> | null = null;

  constructor(facts: Facts<unknown>) {
    this.facts = facts;
    this.raw = new TargetView(facts.target);
    this.#forward = this.raw;
    this.uri = normal(this.raw);
  }

  get address(): Uint8Array | undefined {
    if (this.#address === undefined) this.#address = parseIp(this.facts.client);
    return this.#address ?? undefined;
  }

  get head(): RawHeaders {
    return this.facts.exchange.head.headers;
  }

  get headers(): HeaderMap {
    return (this.#headers ??= new HeaderMap(this.head));
  }

  get names(): readonly string[] {
    return (this.#names ??= headerNames(this.head));
  }

  get values(): readonly string[] {
    return (this.#values ??= headerValues(this.head));
  }

  /** HTTP/2 may part the field into several: RFC 9113, section 8.2.3. */
  get cookie(): string {
    const parts = this.headers.get("cookie") as readonly string[] | undefined;
    return parts?.join("; ") ?? "";
  }

  get cookies(): Missable {
    return (this.#cookies ??= cookieMap(this.cookie));
  }

  /** All fields of that name, as RFC 9110, section 5.3, joins them. */
  joined(lower: string): string {
    return joinHeader(this.head, lower) ?? "";
  }

  /** The first field of that name; "" where there is none, as the language has it. */
  field(lower: string): string {
    return getHeader(this.head, lower) ?? "";
  }

  /** For what is seldom asked and dear to work out. */
  once(name: string, work: () => Missable): Missable {
    const kept = (this.#kept ??= new Map<string, Missable>());
    if (!kept.has(name)) kept.set(name, work());
    return kept.get(name);
  }

  /** Puts another path or query in place (null: the one that is there); answers the new target. */
  rewrite(path: string | null, query: string | null): string {
    const { path: oldPath, query: oldQuery } = this.#forward;
    this.#forward = new TargetView(joined(path ?? oldPath, query ?? oldQuery));
    this.uri = normal(this.#forward);
    return this.#forward.target;
  }
}

function joined(path: string, query: string): string {
  return query === "" ? path : `${path}?${query}`;
}

function normal(target: TargetView): TargetView {
  const path = normalPath(target.path);
  return path === target.path ? target : new TargetView(joined(path, target.query));
}

/** The view of a request, made with the first rule that looks at it. */
export function viewOf(facts: Facts<unknown>): RequestView {
  return (facts.view ??= new RequestView(facts));
}
