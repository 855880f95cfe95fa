import script from "@egide/challenge/client/generated/api.js" with { type: "text" };
import { isAction, isCdata } from "@egide/challenge/issue/response.ts";
import { MOST_PROOF } from "@egide/challenge/kind/proof.ts";
import type { Asking, Challenging } from "#respond/challenge/gate.ts";
import { sendJson, withBody } from "#respond/challenge/json.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendText } from "#respond/send-text.ts";
import { joinHeader } from "#wire/headers.ts";

const SCRIPT_PATH = "/.well-known/egide/api.js";
const VERIFY_PATH = "/.well-known/egide/siteverify";
const MOST_BODY = 2048 + Math.ceil((MOST_PROOF * 4) / 3);
const MOST_VERIFY = 8192;

/** The widget's script, and what the site's own server asks. False: neither. */
export function answerWidgetPath(request: Asking, gate: Challenging, reply: OwnReply): boolean {
  const { target, exchange } = request;
  if (gate.challenges.policy.widgets.length === 0) return false;
  const { method } = exchange.head;
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  if (path === SCRIPT_PATH && method === "GET") {
    const type = ["Content-Type", "text/javascript; charset=utf-8"];
    const headers = [...type, "Cache-Control", "max-age=3600", "X-Content-Type-Options", "nosniff"];
    sendText(exchange, 200, headers, script, reply);
    return true;
  }
  if (path !== VERIFY_PATH || method !== "POST") return false;
  withBody(exchange, MOST_VERIFY, (body) => verify(request, body, gate, reply));
  return true;
}

/** `siteKey action cdata`, for a ticket; with `ticket proof` behind it, for a response token. */
export function answerWidget(request: Asking, gate: Challenging, reply: OwnReply): void {
  const { exchange, client, time, authority } = request;
  const { challenges } = gate;
  withBody(exchange, MOST_BODY, (body) => {
    const [siteKey = "", action = "", cdata = "", ticket, proof] = body.split(" ", 6);
    const known = challenges.policy.widgets.some((widget) => widget.siteKey === siteKey);
    if (!known || !isAction(action) || !isCdata(cdata)) {
      sendJson(exchange, reply, { error: "invalid-sitekey" });
      return;
    }
    const now = Math.floor(time / 1000);
    if (ticket === undefined) {
      const { ticket, work } = challenges.issue("js", client, now);
      sendJson(exchange, reply, { ticket, ...work });
      return;
    }
    const hostname = authority.replace(/:\d+$/, "");
    const bytes = Buffer.from(proof ?? "", "base64url");
    const response = { siteKey, hostname, action, cdata, issued: now };
    const token = challenges.redeemWidget(ticket, bytes, client, response);
    sendJson(exchange, reply, token === null ? { error: "try-again" } : { token });
  });
}

function verify(request: Asking, body: string, gate: Challenging, reply: OwnReply): void {
  const { exchange, time } = request;
  const fields = readFields(joinHeader(exchange.head.headers, "content-type") ?? "", body);
  if (fields === null) {
    sendJson(exchange, reply, refused("bad-request"));
    return;
  }
  const now = Math.floor(time / 1000);
  const { secret = "", response = "" } = fields;
  const result = gate.challenges.verifyWidget(secret, response, now);
  if (result.kind === "refused") {
    sendJson(exchange, reply, refused(result.code));
    return;
  }
  const { hostname, action, cdata, issued } = result.response;
  sendJson(exchange, reply, {
    success: true,
    challenge_ts: new Date(issued * 1000).toISOString(),
    hostname,
    "error-codes": [],
    action,
    cdata,
  });
}

function refused(code: string): object {
  return { success: false, "error-codes": [code] };
}

function readFields(type: string, body: string): Record<string, string> | null {
  if (!type.toLowerCase().startsWith("application/json")) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    const fields = JSON.parse(body) as Record<string, unknown> | null;
    const { secret, response } = fields ?? {};
    return {
      secret: typeof secret === "string" ? secret : "",
      response: typeof response === "string" ? response : "",
    };
  } catch {
    return null;
  }
}
