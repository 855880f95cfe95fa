import { BodyDecoder } from "@egide/edge/wire/h1/body.ts";
import { emptyFraming, readFraming } from "@egide/edge/wire/h1/framing.ts";
import { HeadReader } from "@egide/edge/wire/h1/head-reader.ts";
import { type ParsedRequest, parseRequest } from "@egide/edge/wire/h1/request.ts";

/** A request as the product's own reader takes it. */
export interface OurMessage {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface OurReading {
  readonly messages: readonly OurMessage[];
  readonly fault: string | null;
}

const LIMITS = { urlBytes: 16_384, headerCount: 128 };
const HEAD_BYTES = 65_536;

/**
 * Puts the product's parts together as its front does, and feeds them `bytes` cut at `cuts`: what it
 * reads must not depend on where packets end.
 */
export function readOurs(bytes: Uint8Array, cuts: readonly number[]): OurReading {
  const messages: OurMessage[] = [];
  const heads = new HeadReader();
  const decoder = new BodyDecoder();
  let head: ParsedRequest | null = null;
  let body = "";
  let closes = false;
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length])];
  ends.sort((a, b) => a - b);
  let start = 0;
  for (const end of ends) {
    const chunk = Buffer.from(bytes.subarray(start, end));
    start = end;
    let at = 0;
    // A body may end without another byte: go on until this chunk brings nothing more.
    for (;;) {
      if (head === null) {
        if (at === chunk.length) break;
        const scan = heads.feed(chunk, at, HEAD_BYTES);
        if (scan === "more") break;
        if (scan !== "whole") return { messages, fault: scan };
        at = heads.rest;
        const parsed: ParsedRequest = { method: "", target: "", version: 11, headers: [] };
        const fault = parseRequest(heads.bytes, heads.start, heads.end, LIMITS, parsed);
        if (fault !== "ok") return { messages, fault };
        const framing = emptyFraming();
        const framingFault = readFraming(parsed.headers, parsed.version, framing);
        if (framingFault !== "ok") return { messages, fault: framingFault };
        decoder.begin(framing.length === -2 ? 0 : framing.length, 8192);
        head = parsed;
        closes = framing.close || (parsed.version === 10 && !framing.keepAlive);
        body = "";
      }
      const event = decoder.read(chunk, at);
      at = decoder.next;
      if (event === "more") break;
      if (event === "data") {
        body += chunk.toString("latin1", decoder.from, decoder.to);
        continue;
      }
      if (event !== "end") return { messages, fault: event };
      const trailers = decoder.trailers ?? [];
      messages.push({
        method: head.method,
        target: head.target,
        version: head.version === 11 ? "1.1" : "1.0",
        fields: pairs([...head.headers, ...trailers]),
        body,
      });
      // Nothing is read behind a request that ends the connection.
      if (closes) return { messages, fault: null };
      head = null;
      heads.reset();
    }
  }
  return { messages, fault: null };
}

function pairs(list: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (let i = 0; i < list.length; i += 2) out.push([list[i] as string, list[i + 1] as string]);
  return out;
}
