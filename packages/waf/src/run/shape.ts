import type { Clock } from "@egide/std/clock.ts";
import { Facts, nowhere } from "#run/facts.ts";
import { Pace } from "#run/pace.ts";

/**
 * What requests of one visitor, and of many, have in common: method, protocol, and the names of the
 * header fields in their order. What rules do that look at no more than this is found out once.
 */
export class Shape {
  readonly facts: Facts;

  /** `headers` are the names, each with an empty value behind it. */
  constructor(method: string, protocol: string, headers: readonly string[]) {
    this.facts = new Facts("", nowhere);
    this.facts.method = method;
    this.facts.protocol = protocol;
    this.facts.requestHeaders = headers;
  }

  /** True for a request of this shape. */
  fits(request: Facts): boolean {
    const { method, protocol, requestHeaders } = this.facts;
    const { length } = requestHeaders;
    if (request.method !== method || request.protocol !== protocol) return false;
    if (request.requestHeaders.length !== length) return false;
    for (let i = 0; i < length; i += 2)
      if (request.requestHeaders[i] !== requestHeaders[i]) return false;
    return true;
  }
}

/** Shapes a generation, and shapes that are counted; two generations live of each. */
const generation = 128;
/** Names beyond which a request has no shape worth keeping. */
const maxNames = 64;
const maxLength = 2048;
/** How often a shape is met before it is kept, where none was for a while. */
const meetings = 3;
/** Shapes that are kept at once, and a second: a name costs nothing to make up. */
const burst = 32;
const perSecond = 4;

/** Shapes that come back, by what they are made of. */
export class Shapes {
  readonly #kept = new Generations<Shape>();
  readonly #met = new Generations<number>();
  readonly #pace: Pace;

  constructor(clock: Clock) {
    this.#pace = new Pace(clock, burst, perSecond);
  }

  /** Undefined for a request of a shape that was hardly ever met. */
  of(request: Facts): Shape | undefined {
    const { method, protocol, requestHeaders } = request;
    if (requestHeaders.length > 2 * maxNames) return undefined;
    let key = `${method}\n${protocol}`;
    for (let i = 0; i < requestHeaders.length; i += 2) key += `\n${requestHeaders[i] as string}`;
    if (key.length > maxLength) return undefined;
    const shape = this.#kept.get(key) ?? this.#meet(key, request);
    // Names may hold anything: two lists of names could make one key.
    return shape?.fits(request) === true ? shape : undefined;
  }

  /** The more were kept lately, the more often it has to be met: made-up ones come to that last. */
  #meet(key: string, request: Facts): Shape | undefined {
    const times = (this.#met.get(key) ?? 0) + 1;
    this.#met.set(key, times);
    if (times < meetings || times < meetings + this.#pace.used || !this.#pace.take())
      return undefined;
    const names = request.requestHeaders.map((text, i) => (i % 2 === 0 ? text : ""));
    const shape = new Shape(request.method, request.protocol, names);
    this.#kept.set(key, shape);
    return shape;
  }
}

/** What was asked for least lately is forgotten, half of it at a time. */
class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= generation && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
