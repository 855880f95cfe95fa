import { browser, PATHS } from "#mitigate/testing/people.ts";
import type { Asked } from "#mitigate/testing/traffic.ts";

/** One way to attack, as requests. */
export interface Pattern {
  readonly name: string;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds until it has to be held off, where a second is not enough. */
  readonly within?: number;
  /** The nth request. */
  readonly make: (n: number, any: (most: number) => number) => Partial<Asked>;
}

/** Neighbours in number are none in the network. */
export const address = (n: number): string => {
  const place = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  return `127.${50 + (place >>> 30)}.${(place >>> 20) & 255}.${(place >>> 12) & 255}`;
};
export const page = (any: (most: number) => number): string => PATHS[any(PATHS.length)] as string;
const AGENTS = 120;

/** Attacks that differ in what they send, from where, and how much of people's ways they copy. */
export const PATTERNS: readonly Pattern[] = [
  { name: "one loud client", rate: 800, make: () => ({ address: "127.9.9.9" }) },
  {
    name: "one loud client behind the address of people",
    rate: 800,
    make: () => ({ address: "127.2.0.1" }),
  },
  {
    name: "thousands of quiet clients",
    rate: 2000,
    make: (_, any) => ({ address: address(any(4000)) }),
  },
  {
    name: "thousands of quiet clients that look like browsers",
    rate: 2000,
    make: (_, any) => ({ address: address(any(4000)), ...browser(any(16)) }),
  },
  {
    name: "browsers' looks on pages of the site",
    rate: 1500,
    make: (_, any) => ({ address: address(any(4000)), ...browser(any(16)), path: page(any) }),
  },
  {
    name: "cache busting",
    rate: 1500,
    make: (_, any) => ({
      address: address(any(500)),
      query: `x${any(1e9)}=${any(1e9)}`,
      ...browser(any(16)),
    }),
  },
  {
    name: "random paths",
    rate: 1500,
    make: (_, any) => ({
      address: address(any(500)),
      path: `/${any(1e9).toString(36)}`,
      ...browser(any(16)),
    }),
  },
  {
    name: "login stuffing",
    rate: 150,
    make: (_, any) => ({
      address: address(any(300)),
      method: "POST",
      path: "/login",
      kind: "data",
      ...browser(any(16)),
    }),
  },
  {
    name: "machines that keep cookies",
    rate: 900,
    make: (n, any) => ({
      address: address(n % 200),
      cookies: 5000 + (n % 200),
      ...browser(any(4)),
    }),
  },
  {
    name: "random JSON posted to the interface that programs use",
    rate: 400,
    make: (_, any) => ({
      address: address(any(2000)),
      method: "POST",
      path: "/api/items",
      kind: "data",
      agent: `Agent ${any(AGENTS)}`,
    }),
  },
  {
    name: "HEAD for pages of the site",
    rate: 800,
    make: (_, any) => ({
      address: address(any(1500)),
      method: "HEAD",
      path: page(any),
      ...browser(any(16)),
    }),
  },
  {
    name: "parts of files that the cache has",
    rate: 3000,
    make: (_, any) => ({
      address: address(any(1500)),
      path: `/static/${any(5)}.css`,
      kind: "asset",
      ...browser(any(16)),
    }),
  },
  {
    name: "referrers made up",
    rate: 800,
    make: (_, any) => ({
      address: address(any(3000)),
      referer: true,
      path: page(any),
      ...browser(any(16)),
    }),
  },
  {
    name: "a list of real user agents, one order of fields",
    rate: 800,
    make: (_, any) => ({
      address: address(any(1500)),
      path: page(any),
      agent: `Agent ${any(AGENTS)}`,
      headers: `order-${any(3)}`,
    }),
  },
  {
    name: "one language from everywhere",
    rate: 800,
    make: (_, any) => ({
      address: address(any(3000)),
      path: page(any),
      ...browser(any(4)),
      language: "en-US,en;q=0.8",
    }),
  },
  {
    name: "three thousand addresses, each once in twenty seconds",
    rate: 150,
    make: (n, any) => ({ address: address(n % 3000), path: page(any), ...browser(n) }),
  },
  {
    name: "the same with cookies that are kept",
    rate: 150,
    make: (n, any) => ({
      address: address(n % 3000),
      path: page(any),
      cookies: 5000 + (n % 3000),
      referer: true,
      ...browser(n),
    }),
  },
  {
    name: "scanners that look for holes",
    rate: 250,
    make: (n, any) => ({
      address: address(n % 40),
      path: `/${["wp-admin", "cgi-bin", "..%2f..", "vendor", ".git"][any(5)]}/${any(500)}.php`,
      agent: `Agent ${any(AGENTS)}`,
    }),
  },
  {
    name: "dear queries posted to one place",
    rate: 40,
    make: (_, any) => ({
      address: address(any(600)),
      method: "POST",
      path: "/graphql",
      kind: "data",
      cost: 600,
      ...browser(any(16)),
    }),
  },
  {
    name: "dear searches by machines that keep cookies and name where they come from",
    rate: 120,
    make: (n, any) => ({
      address: address(n % 3000),
      path: "/search",
      query: `q=${any(1e9)}`,
      cookies: 5000 + (n % 3000),
      referer: true,
      cost: 90,
      ...browser(n),
    }),
  },
  {
    name: "cookies that are long and new each time",
    rate: 600,
    make: (_, any) => ({
      address: address(any(2000)),
      path: page(any),
      cookies: any(1e9),
      ...browser(any(16)),
    }),
  },
  {
    name: "one person's visit replayed from a thousand addresses",
    rate: 1500,
    make: (n) => ({
      address: address(Math.floor(n / 6) % 1000),
      ...browser(1),
      cookies: 77,
      referer: true,
      ...(n % 6 === 0
        ? { path: PATHS[Math.floor(n / 6000) % PATHS.length] as string }
        : { path: `/static/${n % 6}.css`, kind: "asset" as const }),
    }),
  },
  {
    name: "the same without cookies",
    rate: 1500,
    make: (n) => ({
      address: address(Math.floor(n / 6) % 1000),
      ...browser(1),
      ...(n % 6 === 0
        ? { path: PATHS[Math.floor(n / 6000) % PATHS.length] as string }
        : { path: `/static/${n % 6}.css`, kind: "asset" as const }),
    }),
  },
  {
    name: "a hundred streams on each of few connections",
    rate: 3000,
    make: (n, any) => ({
      address: address(n % 8),
      path: page(any),
      version: "HTTP/2",
      ...browser(any(4)),
    }),
  },
  {
    name: "the hottest page, with browsers' looks",
    rate: 800,
    make: (_, any) => ({ address: address(any(4000)), path: "/news", ...browser(any(16)) }),
  },
  {
    name: "feeds, by programs that nobody knows",
    rate: 500,
    // Longer than readers who all ask at the full minute.
    within: 2000,
    make: (_, any) => ({
      address: address(any(1000)),
      path: "/feed.xml",
      kind: "feed",
      agent: `Agent ${any(AGENTS)}`,
    }),
  },
  {
    name: "tools that follow redirects and keep cookies",
    rate: 600,
    make: (n, any) => ({
      address: address(n % 300),
      path: page(any),
      follows: true,
      cookies: 5000 + (n % 300),
      ...browser(n % 300),
    }),
  },
  {
    name: "one visit replayed from one neighbourhood after the other",
    rate: 1500,
    // Two neighbourhoods are followed before it is seen that it moves.
    within: 5000,
    make: (n) => ({
      address: `127.55.${Math.floor(n / 1536) & 255}.${Math.floor(n / 6) & 255}`,
      ...browser(1),
      cookies: 77,
      ...(n % 6 === 0 ? {} : { path: `/static/${n % 6}.css`, kind: "asset" as const }),
    }),
  },
  {
    name: "forms sent after a look at the page",
    rate: 200,
    // Pages and forms are two things.
    within: 1500,
    make: (n, any) => ({
      address: address(Math.floor(n / 2) % 1500),
      cookies: n % 2 === 0 ? 0 : 5000 + (Math.floor(n / 2) % 1500),
      referer: n % 2 === 1,
      ...browser(Math.floor(n / 2)),
      ...(n % 2 === 0
        ? { path: page(any) }
        : { method: "POST", path: "/board/post", kind: "data" as const }),
    }),
  },
];
