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
  readonly cookies: number;
  readonly kind: Kind;
}

/** Who asks: gives the requests of each span of time. */
export type Source = (from: number, to: number) => Asked[];

const BROWSERS = ["Firefox 140", "Chrome 150", "Safari 19", "Edge 150"] as const;

export interface Crowd {
  readonly people: number;
  readonly random: () => number;
  /** Where they are: one address each, or the same for all. */
  readonly address: (person: number) => string;
  /** Milliseconds between two pages, on average. */
  readonly think: number;
  readonly paths: readonly string[];
  readonly from?: number;
  readonly to?: number;
  /** People come one after the other over so many milliseconds. */
  readonly ramp?: number;
}

/** People with browsers: a page, its images soon after, a while of reading, the next page. */
export function people(crowd: Crowd): Source {
  const { random, paths, from = 0, to = Number.POSITIVE_INFINITY, ramp = crowd.think } = crowd;
  const pending: Asked[] = [];
  const next = Array.from({ length: crowd.people }, () => from + random() * ramp);
  const visits = Array.from({ length: crowd.people }, () => 0);
  return (start, end) => {
    for (let person = 0; person < crowd.people; person++) {
      while ((next[person] as number) < Math.min(end, to)) {
        const at = Math.max(start, next[person] as number);
        load(person, at);
        visits[person] = (visits[person] as number) + 1;
        next[person] = at - Math.log(1 - random()) * crowd.think;
      }
    }
    const due = pending.filter(({ at }) => at < end);
    for (const each of due) pending.splice(pending.indexOf(each), 1);
    return due.toSorted((a, b) => a.at - b.at);
  };

  function load(person: number, at: number): void {
    const browser = person % BROWSERS.length;
    const base = {
      isAttack: false,
      address: crowd.address(person),
      method: "GET",
      query: "",
      agent: BROWSERS[browser] as string,
      headers: `browser-${browser}`,
      cookies: visits[person] === 0 ? 0 : person + 1,
    };
    const path = paths[Math.floor(random() * paths.length)] as string;
    pending.push({ ...base, at, path, kind: "page" });
    for (let i = 0; i < 5; i++) {
      const asset = `/static/${i}.css`;
      const cookies = person + 1;
      pending.push({ ...base, cookies, at: at + 80 + random() * 250, path: asset, kind: "asset" });
    }
  }
}

/** `rate` requests a second between `from` and `to`, each as `make` says. */
export function flood(
  rate: number,
  from: number,
  to: number,
  random: () => number,
  make: (n: number) => Partial<Asked>,
): Source {
  let n = 0;
  return (start, end) => {
    const span = Math.max(0, Math.min(end, to) - Math.max(start, from));
    const count = Math.floor((span * rate) / 1000 + random());
    return Array.from({ length: count }, (_, i) => ({
      at: Math.max(start, from) + (span * i) / count,
      isAttack: true,
      address: "127.9.9.9",
      method: "GET",
      path: "/",
      query: "",
      agent: "Chrome 150",
      headers: "tool",
      cookies: 0,
      kind: "page" as const,
      ...make(n++),
    }));
  };
}

/** Features as the edge would find them. */
export function featuresOf(asked: Asked): string[] {
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
    version: "HTTP/1.1",
    cookie: asked.cookies === 0 ? "" : "yes",
    kind: asked.kind,
  };
  return FEATURES.map(({ name }) => values[name] ?? "");
}
