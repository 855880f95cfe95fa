import { MOST_PROOF } from "@egide/challenge/kind/proof.ts";
import { suffices } from "@egide/challenge/zone.ts";
import type { Mode } from "@egide/challenge/issue/ticket.ts";
import type { Bearer, Redeemed } from "@egide/challenge/zone.ts";
import type { Exchange } from "#exchange.ts";
import { redirect } from "#respond/answer.ts";
import { clearanceCookie } from "#respond/challenge/cookie.ts";
import { isOwnForm } from "#respond/challenge/form.ts";
import { CHALLENGE_BASE } from "#respond/challenge/fragment.ts";
import type { Asking, Challenging } from "#respond/challenge/gate.ts";
import { sendJson, withBody } from "#respond/challenge/json.ts";
import { notice, sendChallenge, sendPage } from "#respond/challenge/page.ts";
import { answerWidget, answerWidgetPath } from "#respond/challenge/widget.ts";
import { safeTarget } from "#respond/pass.ts";
import type { OwnReply } from "#respond/reply.ts";
import { joinHeader } from "#wire/headers.ts";

/** A ticket, a blank, and the longest proof as base64url. */
const MOST_BODY = 256 + Math.ceil((MOST_PROOF * 4) / 3);

/** Paths by which challenges are met, below `/.well-known/egide/challenge`. False: not one of them. */
export function answerChallengePath(request: Asking, gate: Challenging, reply: OwnReply): boolean {
  const { target, exchange } = request;
  if (answerWidgetPath(request, gate, reply)) return true;
  if (!target.startsWith(`${CHALLENGE_BASE}/`)) return false;
  const mark = target.indexOf("?");
  const path = target.slice(CHALLENGE_BASE.length, mark < 0 ? undefined : mark);
  const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
  const { method } = exchange.head;
  const isPost = method === "POST";
  if (path === "/proof" && isPost) takeProof(request, gate, reply);
  else if (path === "/ticket" && isPost) renew(request, gate, reply);
  else if (path === "/wait" && (isPost || method === "GET")) takeWait(request, query, gate, reply);
  else if (path === "/widget" && isPost) answerWidget(request, gate, reply);
  else if (path === "/check" && method === "GET") check(request, query, gate, reply);
  else return false;
  return true;
}

function bearerOf({ exchange, client }: Asking): Bearer {
  return { address: client, userAgent: joinHeader(exchange.head.headers, "user-agent") ?? "" };
}

function seconds({ time }: Asking): number {
  return Math.floor(time / 1000);
}

/** `ticket proof` from the page's script. */
function takeProof(request: Asking, gate: Challenging, reply: OwnReply): void {
  withBody(request.exchange, MOST_BODY, (body) => {
    const [ticket = "", proof = ""] = body.split(" ", 3);
    const bytes = Buffer.from(proof, "base64url");
    const result = gate.challenges.redeemWork(ticket, bytes, bearerOf(request), seconds(request));
    if (result.kind === "cleared") {
      sendJson(request.exchange, reply, { cleared: true }, cookie(request.exchange, result));
    } else sendJson(request.exchange, reply, { cleared: false, reason: result.kind }, []);
  });
}

/** A new ticket for a page that was left open too long; or none, where another tab was cleared. */
function renew(request: Asking, gate: Challenging, reply: OwnReply): void {
  withBody(request.exchange, MOST_BODY, (body) => {
    const mode: Mode = body === "js" || body === "interactive" ? body : "managed";
    const clearance = gate.cleared(request);
    if (clearance !== null && suffices(clearance.kind, mode)) {
      sendJson(request.exchange, reply, { cleared: true }, []);
      return;
    }
    const { ticket, work } = gate.challenges.issue(mode, request.client, seconds(request));
    sendJson(request.exchange, reply, { ticket, ...work }, []);
  });
}

/** Who has no script: by the page's refresh, or by its button. */
function takeWait(
  request: Asking,
  query: URLSearchParams,
  gate: Challenging,
  reply: OwnReply,
): void {
  const { exchange } = request;
  const { method, headers, scheme } = exchange.head;
  const ticket = query.get("ticket") ?? "";
  const to = safeTarget(query.get("to") ?? "/");
  const pressed = method === "POST";
  const now = seconds(request);
  const result = gate.challenges.redeemWait(ticket, pressed, bearerOf(request), now);
  switch (result.kind) {
    case "cleared": {
      // 307 sends the form on with its body: RFC 9110, section 15.4.8.
      const keeps = pressed && query.has("keep") && isOwnForm(headers, scheme, request.authority);
      const location = keeps ? to : `${CHALLENGE_BASE}/check?to=${encodeURIComponent(to)}`;
      redirect(exchange, keeps ? 307 : 303, location, cookie(exchange, result), reply);
      return;
    }
    case "early": {
      const issued = gate.challenges.shownAgain(ticket, now);
      if (issued === null) redirect(exchange, 303, to, [], reply);
      else sendChallenge(exchange, reply, issued, issued.mode, to, null);
      return;
    }
    case "stale":
      redirect(exchange, 303, to, [], reply);
      return;
    case "unsound":
      sendPage(exchange, reply, notice(403, "challenge.failed"), "");
      return;
    case "crowded":
      sendPage(exchange, reply, notice(429, "challenge.crowded"), "");
      return;
  }
}

/** Where who has no script learns that the cookie was lost, instead of going round in circles. */
function check(request: Asking, query: URLSearchParams, gate: Challenging, reply: OwnReply): void {
  const { exchange } = request;
  if (gate.cleared(request) === null) {
    sendPage(exchange, reply, notice(403, "challenge.cookies"), "");
  } else redirect(exchange, 303, safeTarget(query.get("to") ?? "/"), [], reply);
}

function cookie(exchange: Exchange, cleared: Extract<Redeemed, { kind: "cleared" }>): string[] {
  const { value, seconds } = cleared;
  return ["Set-Cookie", clearanceCookie(value, seconds, exchange.head.scheme === "https")];
}
