import type { Kind } from "#fields/kind.ts";
import { FEATURES, type FeatureName } from "#mitigate/features.ts";

/** A request of the simulation, before an edge has seen it. */
export interface Asked {
  /** Milliseconds. */
  readonly at: number;
  readonly isAttack: boolean;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly agent: string;
  readonly headers: string;
  readonly language: string;
  readonly referer: boolean;
  readonly version: string;
  /** Names the cookies that are sent; 0: none. */
  readonly cookies: number;
  /** Names who holds the cookies, whether or not there are any yet. */
  readonly jar: number;
  readonly kind: Kind;
  /** Follows redirects and keeps cookies, as browsers do. */
  readonly follows: boolean;
  /** Brings a clearance that is good. */
  readonly isCleared: boolean;
  /** Milliseconds that the origin takes where the cache has no answer; 0: what is usual. */
  readonly cost: number;
}

/** What requests of the simulation are made from. */
export const PLAIN: Omit<Asked, "at"> = {
  isAttack: false,
  address: "127.9.9.9",
  method: "GET",
  path: "/",
  query: "",
  agent: "Chrome 150",
  headers: "tool",
  language: "",
  referer: false,
  version: "HTTP/1.1",
  cookies: 0,
  jar: 0,
  kind: "page",
  follows: false,
  isCleared: false,
  cost: 0,
};

/** Who asks: gives the requests of each span of time. */
export type Source = (from: number, to: number) => Asked[];

/** Keeps what is made early until it is due. */
export function later(
  make: (from: number, to: number, put: (asked: Asked) => void) => void,
): Source {
  let pending: Asked[] = [];
  return (from, to) => {
    make(from, to, (asked) => pending.push(asked));
    const due: Asked[] = [];
    const rest: Asked[] = [];
    for (const each of pending) (each.at < to ? due : rest).push(each);
    pending = rest;
    return due.toSorted((a, b) => a.at - b.at);
  };
}

/** `rate` requests a second between `from` and `to`, each as `make` says. */
export function flood(
  rate: number | ((at: number) => number),
  from: number,
  to: number,
  random: () => number,
  make: (n: number) => Partial<Asked>,
): Source {
  let n = 0;
  const rateAt = typeof rate === "number" ? () => rate : rate;
  return (start, end) => {
    const span = Math.max(0, Math.min(end, to) - Math.max(start, from));
    const count = Math.floor((span * rateAt(start - from)) / 1000 + random());
    return Array.from({ length: span === 0 ? 0 : count }, (_, i) => ({
      ...PLAIN,
      isAttack: true,
      at: Math.max(start, from) + (span * i) / count,
      ...make(n++),
    }));
  };
}

/** Features as the edge would find them. */
export function featuresOf(asked: Asked, probed: boolean): string[] {
  const values: Partial<Record<FeatureName, string>> = {
    address: asked.address,
    network: `${asked.address.slice(0, asked.address.lastIndexOf("."))}.0/24`,
    method: asked.method,
    path: asked.path,
    section: /^\/[^/]+\//.exec(asked.path)?.[0] ?? "",
    query: asked.query === "" ? "" : "yes",
    argument: asked.query.split("=")[0] ?? "",
    agent: asked.agent,
    headers: asked.headers,
    version: asked.version,
    cookie: asked.cookies === 0 ? "" : "yes",
    kind: asked.kind,
    cleared: asked.isCleared ? "yes" : "",
    probed: probed ? "yes" : "",
    referer: asked.referer ? "yes" : "",
  };
  return FEATURES.map(({ name }) => values[name] ?? "");
}
