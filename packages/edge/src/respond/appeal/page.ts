import { APPEAL_TEXT_MOST, type Appeal } from "@egide/contract/appeal.ts";
import { escapeHtml } from "@egide/contract/page-template.ts";
import type { Receipt } from "@egide/contract/receipt.ts";
import type { Exchange } from "#exchange.ts";
import { APPEAL_TEXT } from "#respond/appeal/text.ts";
import { chooseFormat, chooseLang } from "#respond/page/accept.ts";
import { APPEAL_PATH, textFor } from "#respond/page/pages.ts";
import { blank } from "#respond/page/notice.ts";
import type { Lang } from "#respond/page/text.ts";
import { ownHeaders } from "#respond/own-headers.ts";
import type { OwnReply } from "#respond/reply.ts";
import { sendText } from "#respond/send-text.ts";
import type { RawHeaders } from "#stream.ts";
import { joinHeader } from "#wire/headers.ts";

/** A refusal that is contested, as far as the page names it. */
export interface Contested {
  /** What the block page showed. */
  readonly reference: string;
  readonly receipt: Receipt;
  readonly signed: string;
  /** Null: not contested yet. */
  readonly appeal: Appeal | null;
  /** The form is shown. */
  readonly open: boolean;
}

/** Sends what became of an appeal, or the form, as a page, as JSON or as text. */
export function sendAppeal(
  exchange: Exchange,
  reply: OwnReply,
  status: number,
  code: string,
  contested: Contested | null,
): void {
  const { headers } = exchange.head;
  const lang = chooseLang(joinHeader(headers, "accept-language"));
  const notice = blank(status, code);
  const more: RawHeaders = status === 429 ? ["Retry-After", "3600"] : [];
  switch (chooseFormat(joinHeader(headers, "accept"))) {
    case "html": {
      const { pages } = reply.dress;
      const fragment = contested === null ? "" : fragmentOf(contested, lang);
      const html = pages.html(notice, reply, lang, fragment);
      // Not no-referrer: the form would then be sent with `Origin: null`.
      const policy = fragment === "" ? pages.csp : pages.formCsp;
      more.push("Content-Security-Policy", policy, "Referrer-Policy", "same-origin");
      more.push("Content-Type", "text/html; charset=utf-8");
      sendText(exchange, status, [...ownHeaders(lang), ...more], html, reply);
      return;
    }
    case "json": {
      const json = JSON.stringify({ code, ...textFor(notice, lang), ...data(contested) });
      more.push("Content-Type", "application/json");
      sendText(exchange, status, [...ownHeaders(lang), ...more], json, reply);
      return;
    }
    case "text": {
      const { title, what, advice } = textFor(notice, lang);
      let text = `${title}\n${what}\n${advice}\n`;
      if (contested !== null) {
        if (contested.appeal?.answer) text += `\n${contested.appeal.answer}\n`;
        text += `\n${contested.signed}\n`;
      }
      more.push("Content-Type", "text/plain; charset=utf-8");
      sendText(exchange, status, [...ownHeaders(lang), ...more], text, reply);
      return;
    }
  }
}

function data(contested: Contested | null): object {
  if (contested === null) return {};
  const { reference, signed, receipt, appeal } = contested;
  return {
    receipt: reference,
    signed,
    says: receipt,
    state: appeal?.state ?? "none",
    ...(appeal === null || appeal.answer === "" ? {} : { answer: appeal.answer }),
  };
}

function fragmentOf({ reference, receipt, signed, appeal, open }: Contested, lang: Lang): string {
  const text = APPEAL_TEXT[lang];
  const row = (name: string, value: string): string =>
    value === "" ? "" : `<dt>${escapeHtml(name)}</dt><dd>${value}</dd>`;
  const code = (value: string): string => (value === "" ? "" : `<code>${escapeHtml(value)}</code>`);
  const time = (value: string): string =>
    `<time datetime="${value}">${value.slice(0, 19).replace("T", " ").replace("Z", "")} UTC</time>`;
  const answer =
    appeal === null || appeal.answer === ""
      ? ""
      : `<h2>${escapeHtml(text.answer)}</h2><blockquote>${escapeHtml(appeal.answer)}</blockquote>`;
  return `${answer}${open ? form(reference, receipt.kind === "ban", lang) : ""}
<dl>${row(text.refused, code(receipt.request))}${row(text.when, time(receipt.time))}${row(
    text.by,
    escapeHtml(text.kinds[receipt.kind]),
  )}${row(text.rule, code(receipt.rule))}${row(text.until, time(receipt.appealUntil))}</dl>
<h2 id="signed">${escapeHtml(text.signed)}</h2>
<p><small id="signed-note">${escapeHtml(text.signedNote)}</small></p>
<textarea readonly rows="5" aria-labelledby="signed" aria-describedby="signed-note">${escapeHtml(signed)}</textarea>`;
}

function form(reference: string, isBan: boolean, lang: Lang): string {
  const text = APPEAL_TEXT[lang];
  const hint = isBan ? `${text.hint} ${text.address}` : text.hint;
  return `<form method="post" action="${APPEAL_PATH}">
<input type="hidden" name="ref" value="${escapeHtml(reference)}">
<label for="why">${escapeHtml(text.label)}</label>
<p><small id="hint">${escapeHtml(hint)}</small></p>
<textarea id="why" name="text" rows="6" maxlength="${APPEAL_TEXT_MOST}" required aria-describedby="hint"></textarea>
<button>${escapeHtml(text.send)}</button>
</form>`;
}
