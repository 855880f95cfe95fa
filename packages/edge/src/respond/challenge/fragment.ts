import { createHash } from "node:crypto";
import script from "@egide/challenge/client/generated/page.js" with { type: "text" };
import type { Mode } from "@egide/challenge/issue/ticket.ts";
import type { Issued } from "@egide/challenge/zone.ts";
import { escapeHtml } from "@egide/contract/page-template.ts";
import { CHALLENGE_TEXT } from "#respond/challenge/text.ts";
import type { KeptForm } from "#respond/challenge/form.ts";
import type { Lang } from "#respond/page/text.ts";

export const CHALLENGE_BASE = "/.well-known/egide/challenge";

const HASH = createHash("sha256").update(script).digest("base64");

/** What the page's policy needs besides what any page of ours does. */
export const CHALLENGE_CSP = `; script-src 'sha256-${HASH}'; worker-src blob:; connect-src 'self'`;

export interface Shown {
  readonly issued: Issued;
  readonly mode: Mode;
  readonly lang: Lang;
  readonly method: string;
  /** Path and query that were asked for; safe to be gone to. */
  readonly target: string;
  readonly form: KeptForm | null;
}

/** The part of the page that does the work: markup that works without a script, then the script. */
export function challengeFragment(shown: Shown): string {
  const { issued, mode, lang, method } = shown;
  const text = CHALLENGE_TEXT[lang];
  const { ticket, work, wait } = issued;
  const task = JSON.stringify({ ticket, ...work });
  const words = { working: text.working, done: text.done, failed: text.failed };
  const rest = { cookies: text.cookies, again: text.again, sent: text.sent };
  const data = Object.entries({ task, mode, method, ...words, ...rest })
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join("");
  const first = mode === "interactive" ? text.press : text.working;
  return `<div id="egide-challenge"${data}>
<p role="status" tabindex="-1">${escapeHtml(wait === 0 || mode === "interactive" ? first : "")}</p>
<progress max="${work.full}" value="0" aria-label="${escapeHtml(text.progress)}" hidden></progress>
${withoutScript(shown)}</div>
${again(shown)}<script id="egide-script">${script}</script>`;
}

function withoutScript({ issued, mode, lang, method, target, form }: Shown): string {
  const text = CHALLENGE_TEXT[lang];
  const { ticket, wait } = issued;
  const to = `${CHALLENGE_BASE}/wait?ticket=${ticket}&to=${encodeURIComponent(target)}`;
  const button = `<button>${escapeHtml(text.button)}</button>`;
  if (wait === 0) {
    return `<noscript><p>${escapeHtml(text.needsScript)}</p></noscript>
<form method="get" action="${escapeHtml(target)}" hidden>${button}</form>
`;
  }
  // A second more than asked for: a timer that fires early would meet a page that says so.
  const refresh =
    mode === "interactive" || method === "POST"
      ? ""
      : `<meta http-equiv="refresh" content="${wait + 1};url=${escapeHtml(to)}">`;
  const kept = method === "POST" && form !== null;
  const fields = kept ? inputs(form) : "";
  const type = kept && form.multipart ? ' enctype="multipart/form-data"' : "";
  return `<noscript>${refresh}<p>${escapeHtml(refresh === "" ? text.waitThenPress(wait) : text.wait(wait))}</p></noscript>
<form method="post" action="${escapeHtml(to)}${kept ? "&amp;keep=1" : ""}"${type}>${fields}${button}</form>
`;
}

/** The visitor's own form, which the script sends again. */
function again({ form, target }: Shown): string {
  if (form === null) return "";
  const type = form.multipart ? ' enctype="multipart/form-data"' : "";
  return `<form id="egide-repost" method="post" action="${escapeHtml(target)}"${type} hidden>${inputs(form)}</form>
`;
}

function inputs({ fields }: KeptForm): string {
  return fields
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    .join("");
}
