import type { Exchange } from "#exchange.ts";
import type { OwnReply } from "#respond/reply.ts";
import type { RawHeaders } from "#stream.ts";

/** A refusal in the words of the zone's operator. */
export function sendOwnBody(
  exchange: Exchange,
  status: number,
  { contentType, body }: { readonly contentType: string; readonly body: string },
  reply: OwnReply,
): void {
  const bytes = Buffer.from(body);
  const headers: RawHeaders = [
    "Content-Type",
    contentType,
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
  ];
  reply.dress.own(headers, exchange.head.scheme === "https", reply.requestId);
  exchange.onAbort = null;
  reply.began(status);
  exchange.start(status, "", headers, bytes.length);
  if (exchange.head.method !== "HEAD") exchange.write(bytes);
  exchange.end(null);
  reply.finished("complete", null);
}
