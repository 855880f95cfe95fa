import type { ErrorPagesPolicy } from "@egide/contract/policy/respond.ts";
import { PAGE_VALUES, Template } from "@egide/contract/page-template.ts";
import { ENGLISH } from "#respond/page/english.ts";
import { FRENCH } from "#respond/page/french.ts";
import { FORM_CSP, PAGE, STRICT_CSP, TEMPLATE_CSP } from "#respond/page/html.ts";
import { MadeAnswers } from "#respond/page/made.ts";
import type { Asked, Notice } from "#respond/page/notice.ts";
import type { Lang, Language, StatusText } from "#respond/page/text.ts";

/** Where refusals are contested: see respond/appeal/paths.ts. */
export const APPEAL_PATH = "/.well-known/egide/appeal";

const LANGUAGES: Readonly<Record<Lang, Language>> = { en: ENGLISH, fr: FRENCH };
const builtIn = Template.parse(PAGE, PAGE_VALUES);
/**
 * Pages with all but the request put in: there are only so many statuses and codes. Those of the
 * built-in page are shared by all zones of a worker.
 */
const MOST_READY = 64;
const MOST_SHARED = 1024;
const shared = new Map<string, Template>();
/** Stands for markup in a template, which can hold nothing but text. */
const PLACE = "\u0001challenge\u0001";

/** The words for a status and a code. */
export function textFor(notice: Notice, lang: Lang): StatusText {
  const language = LANGUAGES[lang];
  // A legal demand is told as such, whatever the measure behind it.
  const byCode = notice.status === 451 ? undefined : language.code[notice.code];
  const other = notice.status < 500 ? language.otherClient : language.otherServer;
  return byCode ?? language.status[notice.status] ?? other;
}

/** One zone's pages for people. */
export class Pages {
  readonly csp: string;
  readonly interstitialCsp = FORM_CSP;
  /** For pages that have a form. */
  readonly formCsp: string;
  /** For pages that a script of ours is added to. */
  readonly framedCsp: string;
  /** The last answers that were made of them. */
  readonly made = new MadeAnswers();
  readonly #own: Template | null;
  readonly #siteName: string | null;
  readonly #contact: string;
  readonly #ready = new Map<string, Template>();

  constructor(policy: ErrorPagesPolicy) {
    this.#siteName = policy.siteName;
    this.#contact = policy.contact ?? "";
    this.#own = policy.template === null ? null : Template.parse(policy.template, PAGE_VALUES);
    this.csp = this.#own === null ? STRICT_CSP : (policy.contentSecurityPolicy ?? TEMPLATE_CSP);
    this.formCsp = this.#own === null ? FORM_CSP : this.csp;
    const base = this.#own === null ? FORM_CSP : TEMPLATE_CSP;
    // A site may show pages of its own in frames of its own.
    this.framedCsp = base.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
  }

  /** `fragment`: markup of ours, placed where a template says `{{challenge}}`, else at its end. */
  html(notice: Notice, asked: Asked, lang: Lang, fragment = ""): string {
    const { order } = notice;
    const html = this.#template(notice, lang).render({
      site: this.#siteName ?? (asked.host === "" ? "?" : asked.host),
      host: asked.host,
      retry: retryText(notice, lang),
      detail: notice.detail,
      request_id: asked.requestId,
      time: isoSeconds(asked.time),
      time_text: isoSeconds(asked.time).replace("T", " ").replace("Z", " UTC"),
      reason: order === null ? "" : order.publicReason[lang],
      reference: order === null ? "" : order.reference,
      demanded_by: order?.legal?.demandedBy ?? "",
      continue_url: notice.continueUrl,
      receipt: asked.receipt?.toString() ?? "",
      appeal_url: appealUrl(asked),
      challenge: fragment === "" ? "" : PLACE,
    });
    return fragment === "" ? html : insert(html, fragment);
  }

  #template(notice: Notice, lang: Lang): Template {
    const key = `${lang} ${notice.status} ${notice.source} ${notice.code}`;
    // The interstitial has a form that must not be lost: it is always the built-in page.
    if (this.#own === null || notice.continueUrl !== "") {
      return ready(shared, MOST_SHARED, `${key} ${this.#contact}`, () =>
        builtIn.specialise(this.#known(notice, lang)),
      );
    }
    const own = this.#own;
    return ready(this.#ready, MOST_READY, key, () => own.specialise(this.#known(notice, lang)));
  }

  #known(notice: Notice, lang: Lang): Record<string, string> {
    const { frame } = LANGUAGES[lang];
    return {
      lang,
      en: lang === "en" ? "1" : "",
      fr: lang === "fr" ? "1" : "",
      status: isQuestion(notice) ? "" : String(notice.status),
      ...textFor(notice, lang),
      code: notice.code,
      contact: this.#contact,
      ...states(notice, LANGUAGES[lang]),
      label_visitor: frame.visitor,
      label_edge: frame.edge,
      label_where: frame.where,
      label_request: frame.request,
      label_time: frame.time,
      label_code: frame.code,
      label_detail: frame.detail,
      label_reason: frame.reason,
      label_reference: frame.reference,
      label_demanded_by: frame.demandedBy,
      label_contact: frame.contact,
      label_protected: frame.protectedBy,
      label_proceed: frame.proceed,
      label_proceed_note: frame.proceedNote,
      label_receipt: frame.receipt,
      label_appeal: frame.appeal,
    };
  }
}

function insert(html: string, fragment: string): string {
  const at = html.indexOf(PLACE);
  if (at >= 0) return html.slice(0, at) + fragment + html.slice(at + PLACE.length);
  const end = html.toLowerCase().lastIndexOf("</body>");
  return end < 0 ? html + fragment : html.slice(0, end) + fragment + html.slice(end);
}

function ready(
  table: Map<string, Template>,
  most: number,
  key: string,
  make: () => Template,
): Template {
  let template = table.get(key);
  if (template === undefined) {
    template = make();
    if (table.size >= most) table.clear();
    table.set(key, template);
  }
  return template;
}

/** Nothing failed: the visitor is asked for something, so no status and no fault is shown. */
function isQuestion({ continueUrl, code }: Notice): boolean {
  return continueUrl !== "" || code.startsWith("challenge.") || code.startsWith("appeal.");
}

/** The three on the way and how each of them fared; nothing where an order speaks. */
function states(notice: Notice, { frame }: Language): Record<string, string> {
  const none = { visitor_state: "", edge_state: "", site_state: "" };
  const sound = { visitor_fault: "", edge_fault: "", site_fault: "" };
  if (isQuestion(notice) || notice.code.startsWith("order.")) return { ...none, ...sound };
  const { works, faulty, refuses, unknown } = frame;
  const site = { site_state: unknown, site_fault: "u" };
  switch (notice.source) {
    case "origin":
      return {
        ...sound,
        visitor_state: works,
        edge_state: works,
        site_state: faulty,
        site_fault: "f",
      };
    case "edge":
      return { ...sound, ...site, visitor_state: works, edge_state: faulty, edge_fault: "f" };
    case "operator":
      return { ...sound, ...site, visitor_state: works, edge_state: refuses, edge_fault: "f" };
    case "client":
      return { ...none, ...sound };
  }
}

/** Where a refusal can be contested; "" where it can't. */
export function appealUrl({ receipt = null }: Asked): string {
  return receipt === null ? "" : `${APPEAL_PATH}?ref=${receipt.toString()}`;
}

/** What leads to the form, in the visitor's language. */
export function appealLabel(lang: Lang): string {
  return LANGUAGES[lang].frame.appeal;
}

export function retryText(notice: Notice, lang: Lang): string {
  return notice.retryAfter === null ? "" : LANGUAGES[lang].frame.retry(notice.retryAfter);
}

/** `2026-01-31T18:00:00Z` */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
