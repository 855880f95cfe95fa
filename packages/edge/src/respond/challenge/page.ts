import type { Mode } from "@egide/challenge/issue/ticket.ts";
import type { Issued } from "@egide/challenge/zone.ts";
import type { Exchange } from "#exchange.ts";
import { CHALLENGE_CSP, challengeFragment } from "#respond/challenge/fragment.ts";
import type { KeptForm } from "#respond/challenge/form.ts";
import { ChallengePages } from "#respond/challenge/made.ts";
import { chooseFormat, chooseLang } from "#respond/page/accept.ts";
import type { Notice } from "#respond/page/notice.ts";
import { ownHeaders } from "#respond/own-headers.ts";
import { problemJson } from "#respond/page/plain.ts";
import { safeTarget } from "#respond/pass.ts";
import type { Pages } from "#respond/page/pages.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendKept, sendText } from "#respond/send-text.ts";
import type { RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";

/** Tells a site's own scripts why their request did not get through. */
export const MITIGATED = ["Egide-Mitigated", "challenge"];

/** Where a browser would show a page (Fetch Metadata): anything else could not be met by a person. */
const PAGES = new Set(["document", "iframe", "frame", "embed", "object"]);

/** True where a page can be shown and its challenge met. */
export function wantsPage(exchange: Exchange): boolean {
  const { method, headers } = exchange.head;
  if (method !== "GET" && method !== "POST") return false;
  if (exchange.upgrade !== null) return false;
  const destination = getHeader(headers, "sec-fetch-dest");
  if (destination !== undefined && !PAGES.has(destination)) return false;
  return chooseFormat(joinHeader(headers, "accept")) === "html";
}

/** A notice of nobody's fault: the texts stand under its code. */
export function notice(status: number, code: string, detail = ""): Notice {
  return {
    status,
    code,
    detail,
    source: "operator",
    retry: false,
    retryAfter: status === 429 ? 600 : null,
    order: null,
    continueUrl: "",
  };
}

const REQUIRED = notice(403, "challenge.required");
const kept = new WeakMap<Pages, ChallengePages>();

export function sendChallenge(
  exchange: Exchange,
  reply: OwnReply,
  issued: Issued,
  mode: Mode,
  target: string,
  form: KeptForm | null,
): void {
  const lang = chooseLang(joinHeader(exchange.head.headers, "accept-language"));
  const method = exchange.head.method === "POST" ? "POST" : "GET";
  const shown = { issued, mode, lang, method, target: safeTarget(target), form };
  const { pages } = reply.dress;
  if (method === "POST") {
    sendPage(exchange, reply, REQUIRED, challengeFragment(shown));
    return;
  }
  let made = kept.get(pages);
  if (made === undefined) {
    made = new ChallengePages(pages, REQUIRED);
    kept.set(pages, made);
  }
  const isSecure = exchange.head.scheme === "https";
  const { head, body } = made.take(shown, reply, isSecure, () => {
    const headers = headersOf(lang, pages.framedCsp + CHALLENGE_CSP);
    reply.dress.common(headers, isSecure);
    return headers;
  });
  sendKept(exchange, head, [], body, reply);
}

/** A page that asks for nothing (any more). */
export function sendPage(
  exchange: Exchange,
  reply: OwnReply,
  shown: Notice,
  fragment: string,
): void {
  const { pages } = reply.dress;
  const lang = chooseLang(joinHeader(exchange.head.headers, "accept-language"));
  const headers = headersOf(lang, fragment === "" ? pages.csp : pages.framedCsp + CHALLENGE_CSP);
  if (shown.retryAfter !== null) headers.push("Retry-After", String(shown.retryAfter));
  sendText(exchange, shown.status, headers, pages.html(shown, reply, lang, fragment), reply);
}

/** For programs: what is missing, as a problem (RFC 9457). */
export function sendProblem(exchange: Exchange, reply: OwnReply, code: string): void {
  const lang = chooseLang(joinHeader(exchange.head.headers, "accept-language"));
  const headers = ["Content-Type", "application/problem+json", ...common(lang)];
  sendText(exchange, 403, headers, problemJson(notice(403, code), reply, lang), reply);
}

function headersOf(lang: string, policy: string): RawHeaders {
  return [
    "Content-Type",
    "text/html; charset=utf-8",
    "Content-Security-Policy",
    policy,
    "Referrer-Policy",
    "same-origin",
    ...common(lang),
  ];
}

function common(lang: string): RawHeaders {
  return [...ownHeaders(lang, "Accept, Accept-Language, Sec-Fetch-Dest, Cookie"), ...MITIGATED];
}
