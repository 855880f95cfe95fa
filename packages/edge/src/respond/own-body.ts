import type { Exchange } from "#exchange.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendText } from "#respond/send-text.ts";
import type { RawHeaders } from "#stream.ts";

/** A refusal in the words of the zone's operator. */
export function sendOwnBody(
  exchange: Exchange,
  status: number,
  { contentType, body }: { readonly contentType: string; readonly body: string },
  reply: OwnReply,
): void {
  const headers: RawHeaders = [
    "Content-Type",
    contentType,
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
  ];
  // The operator's words have no place for it.
  const { receipt = null } = reply;
  if (receipt !== null) headers.push("Egide-Receipt", receipt.toString());
  sendText(exchange, status, headers, body, reply);
}
