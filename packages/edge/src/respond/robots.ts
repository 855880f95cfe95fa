import type { Exchange } from "#exchange.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendText } from "#respond/send-text.ts";

/** Answers /robots.txt for a zone that has it served here. False: it is not asked for. */
export function answerRobots(
  exchange: Exchange,
  target: string,
  text: string | null,
  reply: OwnReply,
): boolean {
  if (text === null || (target !== "/robots.txt" && !target.startsWith("/robots.txt?"))) {
    return false;
  }
  const { method } = exchange.head;
  if (method !== "GET" && method !== "HEAD") return false;
  const headers = ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "max-age=3600"];
  sendText(exchange, 200, headers, text, reply);
  return true;
}
