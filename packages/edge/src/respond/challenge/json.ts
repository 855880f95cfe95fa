import type { Exchange } from "#exchange.ts";
import { collectBody, whetherGone } from "#respond/challenge/collect.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendText } from "#respond/send-text.ts";

/** Calls back with the request's body as text; what is too large or breaks off is as good as none. */
export function withBody(exchange: Exchange, most: number, take: (body: string) => void): void {
  const isGone = whetherGone(exchange);
  collectBody(exchange, most, (body) => {
    if (!isGone()) take(body === null ? "" : body.toString("latin1"));
  });
}

export function sendJson(
  exchange: Exchange,
  reply: OwnReply,
  value: unknown,
  extra: readonly string[] = [],
): void {
  const headers = ["Content-Type", "application/json", "Cache-Control", "no-store", ...extra];
  sendText(exchange, 200, headers, JSON.stringify(value), reply);
}
