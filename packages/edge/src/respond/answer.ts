import type { Order } from "@egide/contract/order.ts";
import type { AppError } from "@egide/std/error.ts";
import type { Exchange } from "#exchange.ts";
import { chooseFormat, chooseLang, type Format } from "#respond/page/accept.ts";
import { blank, type Notice } from "#respond/page/notice.ts";
import { plainText, problemJson } from "#respond/page/plain.ts";
import { sendOwnBody } from "#respond/own-body.ts";
import { ownHeaders } from "#respond/own-headers.ts";
import type { Pages } from "#respond/page/pages.ts";
import type { Lang } from "#respond/page/text.ts";
import { sendKept } from "#respond/send-text.ts";
import { statusOf } from "#respond/status.ts";
import type { Tarpit } from "#respond/tarpit.ts";
import type { OwnReply } from "#respond/reply.ts";
import type { RawHeaders } from "#stream.ts";
import type { Verdict } from "#verdict.ts";
import { joinHeader } from "#wire/headers.ts";

/** Acts on every verdict but `allow` and `challenge`: for the latter see challenge/answer.ts. */
export function answerVerdict(
  exchange: Exchange,
  verdict: Exclude<Verdict, { kind: "allow" } | { kind: "challenge" }>,
  reply: OwnReply,
  order: Order | null,
  /** Where consent to an interstitial is posted: see pass.ts. */
  continueUrl: string,
  tarpit: Tarpit,
): void {
  switch (verdict.kind) {
    case "tarpit":
      tarpit.hold(exchange, verdict.seconds, reply);
      return;
    case "drop":
      exchange.onAbort = null;
      exchange.drop();
      reply.began(0);
      reply.finished("complete", null);
      return;
    case "redirect":
      redirect(exchange, verdict.status, verdict.location, verdict.headers ?? [], reply);
      return;
    case "deny":
      if (verdict.reply !== undefined) {
        sendOwnBody(exchange, verdict.status, verdict.reply, reply);
        return;
      }
      send(exchange, deniedNotice(exchange, verdict, order), verdict.headers, reply);
      return;
    case "interstitial": {
      // 200 would be taken for the page itself by crawlers and caches; 403 says who holds it back.
      const status = 403;
      const notice = { ...blank(status, verdict.code), order, continueUrl };
      send(exchange, notice, [], reply);
      return;
    }
    case "unavailable": {
      const { status, code, retryAfter } = verdict;
      const notice = { ...blank(status, code), source: "edge" as const, retry: true, retryAfter };
      send(exchange, notice, [], reply);
      return;
    }
  }
}

/** Answers a request that failed before its response began. */
export function answerFailure(exchange: Exchange, error: AppError, reply: OwnReply): void {
  const status = statusOf(error);
  const { code, source, retry, retryAfter, publicMessage } = error;
  // Of what is not their doing, the words for the status tell visitors enough, in their language.
  const detail = source === "client" ? publicMessage : "";
  const notice = { ...blank(status, code), source, retry, retryAfter, detail };
  send(exchange, notice, [], reply);
}

/** A short answer that sends the visitor elsewhere. `location` must be free of control bytes. */
export function redirect(
  exchange: Exchange,
  status: number,
  location: string,
  extra: RawHeaders,
  reply: OwnReply,
): void {
  const headers = ["Location", location, "Cache-Control", "no-store", ...extra];
  reply.dress.own(headers, exchange.head.scheme === "https", reply.requestId);
  exchange.onAbort = null;
  reply.began(status);
  exchange.start(status, "", headers, 0);
  exchange.end(null);
  reply.finished("complete", null);
}

/** Statuses that say that the request itself was at fault. */
function isClientFault(status: number): boolean {
  return status < 500 && status !== 403 && status !== 410 && status !== 429 && status !== 451;
}

function deniedNotice(
  exchange: Exchange,
  verdict: Extract<Verdict, { kind: "deny" }>,
  order: Order | null,
): Notice {
  const { status, code, headers } = verdict;
  const { refusal } = exchange;
  const isRefusal = refusal !== null && refusal.code === code;
  // Written out: this is made for each request of an attack.
  return {
    status,
    code,
    source: isRefusal || isClientFault(status) ? "client" : "operator",
    detail: isRefusal ? refusal.detail : "",
    retry: status === 429 || status === 503,
    retryAfter: headers.length === 0 ? null : retryAfterOf(headers),
    order,
    continueUrl: "",
  };
}

function retryAfterOf(headers: RawHeaders): number | null {
  const value = joinHeader(headers, "retry-after");
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : null;
}

function send(exchange: Exchange, notice: Notice, extra: RawHeaders, reply: OwnReply): void {
  const { pages } = reply.dress;
  const { headers: asked, scheme } = exchange.head;
  const format = chooseFormat(joinHeader(asked, "accept"));
  const lang = chooseLang(joinHeader(asked, "accept-language"));
  const isSecure = scheme === "https";
  const kind = FORMATS[format] + (lang === "fr" ? 1 : 0) + (isSecure ? 2 : 0);
  const { head, body } = pages.made.take(notice, reply, kind, () => {
    const headers = headersOf(notice, format, lang, pages);
    reply.dress.common(headers, isSecure);
    return { headers, text: textOf(notice, reply, format, lang, pages) };
  });
  const headers = extra.slice();
  if (notice.retryAfter !== null && joinHeader(extra, "retry-after") === undefined) {
    headers.push("Retry-After", String(Math.ceil(notice.retryAfter)));
  }
  sendKept(exchange, head, headers, body, reply);
}

const FORMATS = { html: 0, json: 4, text: 8 } as const;

function textOf(notice: Notice, asked: OwnReply, format: Format, lang: Lang, pages: Pages): string {
  switch (format) {
    case "html":
      return pages.html(notice, asked, lang);
    case "json":
      return problemJson(notice, asked, lang);
    case "text":
      return plainText(notice, asked, lang);
  }
}

function headersOf(notice: Notice, format: Format, lang: Lang, pages: Pages): RawHeaders {
  const headers: RawHeaders = ["Content-Type", TYPES[format]];
  if (format === "html") {
    const policy = notice.continueUrl === "" ? pages.csp : pages.interstitialCsp;
    // Not no-referrer: a form would then be sent with `Origin: null`.
    headers.push("Content-Security-Policy", policy, "Referrer-Policy", "same-origin");
  }
  headers.push(...ownHeaders(lang));
  return headers;
}

const TYPES = {
  html: "text/html; charset=utf-8",
  json: "application/problem+json",
  text: "text/plain; charset=utf-8",
} as const;
