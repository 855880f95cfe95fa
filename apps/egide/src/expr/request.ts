import { viewOf, type RequestView } from "@egide/edge/fields/view.ts";
import type { Exchange } from "@egide/edge/exchange.ts";
import { identify } from "@egide/edge/identify/identify.ts";
import { ZoneTable } from "@egide/edge/identify/zones.ts";
import { CidrSet } from "@egide/std/ip.ts";

/** What an expression is tried on where the operator names no request. */
export const PLAIN_REQUEST = "GET / HTTP/1.1\nHost: example.org\n";

/**
 * The head of a request as text, as it goes over the wire (any line ending): what expressions see of
 * it, as over TLS from 192.0.2.1. Null where the first line is none.
 */
export function readRequest(text: string, time: number): RequestView | null {
  const [first = "", ...lines] = Buffer.from(text).toString("latin1").split(/\r?\n/);
  const start = /^([!-~]+) (\S+)(?: HTTP\/(1\.0|1\.1|2|3)(?:\.0)?)?$/.exec(first);
  if (start === null) return null;
  const headers: string[] = [];
  let authority = "";
  for (const line of lines) {
    if (line === "") break;
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === "host") authority = value;
    headers.push(name, value);
  }
  const zones = new ZoneTable<string>();
  zones.add("*", "zone");
  const { facts } = identify(exchange(start, authority, headers), "request", time, 0, {
    zones,
    zoneId: (zone) => zone,
    gate: () => null,
    trustedProxies: new CidrSet([]),
    geo: null,
  });
  return viewOf(facts);
}

const VERSIONS = { "1.0": 10, "1.1": 11, "2": 20, "3": 30 } as const;

/** Nobody waits for an answer: what would send one does nothing. */
function exchange(start: RegExpExecArray, authority: string, headers: string[]): Exchange {
  const [, method = "GET", target = "/", version = "1.1"] = start;
  const endpoint = (address: string, port: number) => ({ address, port });
  const nothing = (): void => {};
  return {
    head: {
      method,
      target,
      version: VERSIONS[version as keyof typeof VERSIONS],
      scheme: "https",
      authority,
      headers,
    },
    client: {
      remote: endpoint("192.0.2.1", 50_000),
      local: endpoint("198.51.100.1", 443),
      tls: null,
      connection: 1,
      request: 1,
    },
    refusal: null,
    body: null,
    bodyLength: 0,
    upgrade: null,
    onAbort: null,
    onDrain: null,
    informational: nothing,
    startKept: nothing,
    start: nothing,
    write: () => true,
    end: nothing,
    abort: nothing,
    drop: nothing,
    switchProtocols: () => {
      throw new Error("nobody is there");
    },
    bytesIn: 0,
    bytesOut: 0,
  };
}
