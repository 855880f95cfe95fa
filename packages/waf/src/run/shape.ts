import { Facts } from "#run/facts.ts";

/**
 * What requests of one visitor, and of many, have in common: method, protocol, and the names of the
 * header fields in their order. What rules do that look at no more than this is found out once.
 */
export class Shape {
  readonly facts: Facts;

  /** `headers` are the names, each with an empty value behind it. */
  constructor(method: string, protocol: string, headers: readonly string[]) {
    const nowhere = { remoteAddress: "", remotePort: 0, serverAddress: "", serverPort: 0 };
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

/** Shapes a generation; two generations live. */
const generation = 128;
/** Names beyond which a request has no shape worth keeping. */
const maxNames = 64;
const maxLength = 2048;
/** How often a shape is met before it is kept. */
const meetings = 3;

/** Shapes that come back, by what they are made of. */
export class Shapes {
  #young = new Map<string, Shape | number>();
  #old = new Map<string, Shape | number>();

  /** Undefined for a request of a shape that was hardly ever met. */
  of(request: Facts): Shape | undefined {
    const { method, protocol, requestHeaders } = request;
    if (requestHeaders.length > 2 * maxNames) return undefined;
    let key = `${method}\n${protocol}`;
    for (let i = 0; i < requestHeaders.length; i += 2) key += `\n${requestHeaders[i] as string}`;
    if (key.length > maxLength) return undefined;
    const young = this.#young.get(key);
    // Names may hold anything: two lists of names could make one key.
    if (young instanceof Shape) return young.fits(request) ? young : undefined;
    return this.#meet(key, young ?? this.#old.get(key) ?? 0, request);
  }

  #meet(key: string, known: Shape | number, request: Facts): Shape | undefined {
    if (this.#young.size >= generation) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    let next: Shape | number = typeof known === "number" ? known + 1 : known;
    if (typeof next === "number" && next >= meetings) {
      const names = request.requestHeaders.map((text, i) => (i % 2 === 0 ? text : ""));
      next = new Shape(request.method, request.protocol, names);
    }
    this.#young.set(key, next);
    return typeof next !== "number" && next.fits(request) ? next : undefined;
  }
}
