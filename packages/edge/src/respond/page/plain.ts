import type { Asked, Notice } from "#respond/page/notice.ts";
import { appealLabel, appealUrl, isoSeconds, retryText, textFor } from "#respond/page/pages.ts";
import type { Lang } from "#respond/page/text.ts";

/** For terminals and programs that asked for nothing in particular. */
export function plainText(notice: Notice, asked: Asked, lang: Lang): string {
  const { title, what, advice } = textFor(notice, lang);
  const { order } = notice;
  let text = `${notice.status} ${title}\n${what}\n`;
  if (notice.detail !== "") text += `${notice.detail}\n`;
  if (order !== null) text += `\n${order.publicReason[lang]}\n${order.reference}\n`;
  if (order?.legal !== undefined) text += `${order.legal.demandedBy}\n`;
  const retry = retryText(notice, lang);
  text += retry === "" ? `${advice}\n` : `${advice} ${retry}\n`;
  const appeal = appealUrl(asked);
  if (appeal !== "") text += `${appealLabel(lang)}: ${appeal}\n`;
  return `${text}\n${notice.code} ${asked.requestId} ${isoSeconds(asked.time)}\n`;
}

/** RFC 9457. The type is `about:blank`: what is more than the status stands in `code`. */
export function problemJson(notice: Notice, asked: Asked, lang: Lang): string {
  const { title, what, advice } = textFor(notice, lang);
  const { order } = notice;
  return JSON.stringify({
    type: "about:blank",
    title,
    status: notice.status,
    detail: notice.detail === "" ? what : notice.detail,
    code: notice.code,
    source: notice.source,
    retry: notice.retry,
    ...(notice.retryAfter === null ? {} : { retryAfter: notice.retryAfter }),
    advice,
    requestId: asked.requestId,
    time: isoSeconds(asked.time),
    ...(appealUrl(asked) === ""
      ? {}
      : { receipt: asked.receipt?.toString(), appeal: appealUrl(asked) }),
    ...(order === null
      ? {}
      : {
          order: {
            reason: order.publicReason[lang],
            reference: order.reference,
            ...(order.legal === undefined ? {} : { demandedBy: order.legal.demandedBy }),
          },
        }),
  });
}
