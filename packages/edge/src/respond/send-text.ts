import type { Exchange, KeptHead } from "#exchange.ts";
import type { OwnReply } from "#respond/reply.ts";
import type { RawHeaders } from "#stream.ts";

const encoder = new TextEncoder();
/** Where pages of our own are encoded: handed to the front for the length of one call. */
let scratch = new Uint8Array(32_768);

/** Sends a text of our own, whole. Adds what the zone wants in the head of every response. */
export function sendText(
  exchange: Exchange,
  status: number,
  headers: RawHeaders,
  text: string,
  reply: OwnReply,
): void {
  sendBytes(exchange, status, headers, encode(text), reply);
}

/** The same for bytes, which are borrowed for the call. */
export function sendBytes(
  exchange: Exchange,
  status: number,
  headers: RawHeaders,
  body: Uint8Array,
  reply: OwnReply,
): void {
  const { head } = exchange;
  reply.dress.own(headers, head.scheme === "https", reply.requestId);
  exchange.onAbort = null;
  reply.began(status);
  exchange.start(status, "", headers, body.length);
  if (head.method !== "HEAD") exchange.write(body);
  exchange.end(null);
  reply.finished("complete", null);
}

/** The same with a head that is kept, in which stands what the zone wants in all of them. */
export function sendKept(
  exchange: Exchange,
  head: KeptHead,
  headers: RawHeaders,
  body: Uint8Array,
  reply: OwnReply,
): void {
  reply.dress.name(headers, reply.requestId);
  exchange.onAbort = null;
  reply.began(head.status);
  exchange.startKept(head, headers, body.length);
  if (exchange.head.method !== "HEAD") exchange.write(body);
  exchange.end(null);
  reply.finished("complete", null);
}

function encode(text: string): Uint8Array {
  // One UTF-16 unit is at most three bytes of UTF-8.
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 3);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
