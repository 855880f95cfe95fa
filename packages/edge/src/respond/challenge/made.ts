import { escapeHtml } from "@egide/contract/page-template.ts";
import type { Work } from "@egide/challenge/kind/proof.ts";
import { challengeFragment, type Shown } from "#respond/challenge/fragment.ts";
import type { KeptHead } from "#exchange.ts";
import type { Made } from "#respond/page/made.ts";
import type { Asked, Notice } from "#respond/page/notice.ts";
import type { Pages } from "#respond/page/pages.ts";
import type { RawHeaders } from "#stream.ts";

/** What differs from one visitor's page to the next. */
type Blank = "ticket" | "target" | "id";

/** A page with blanks; good for one second, since it tells the time. */
interface Form {
  readonly second: number;
  readonly head: KeptHead;
  readonly pieces: readonly (Buffer | Blank)[];
  /** Bytes of it that are always the same, and how many blanks there are. */
  readonly fixed: number;
  readonly blanks: number;
}

/** Kinds of pages that are kept: languages, modes and pieces of work, under few names of hosts. */
const MOST = 64;
/** Stand for the blanks where a page is made. No page of a site's own holds them by chance. */
const MARK = crypto.randomUUID().replaceAll("-", "");
const MARKS: Readonly<Record<Blank, string>> = {
  ticket: `t${MARK}`,
  target: `u${MARK}`,
  id: `i${MARK}`,
};
const SPLIT = new RegExp(`([tui]${MARK})`);

let scratch = Buffer.alloc(65_536);

/**
 * Challenges are put by the thousand too: all of a page but ticket, target and request id is made once
 * a second. For pages without a form of the visitor's.
 */
export class ChallengePages {
  readonly #pages: Pages;
  readonly #notice: Notice;
  readonly #forms = new Map<string, Form>();

  constructor(pages: Pages, notice: Notice) {
    this.#pages = pages;
    this.#notice = notice;
  }

  /** The page, borrowed until the next call. `headers` is asked for what its head has in common. */
  take(shown: Shown, asked: Asked, isSecure: boolean, headers: () => RawHeaders): Made {
    const form = this.#form(shown, asked, isSecure, headers);
    const values = {
      ticket: shown.issued.ticket,
      target: targetAsWritten(shown),
      id: asked.requestId,
    };
    // One UTF-16 unit is at most three bytes of UTF-8.
    const longest = Math.max(values.ticket.length, values.target.length, values.id.length) * 3;
    const most = form.fixed + form.blanks * longest;
    if (most > scratch.length) scratch = Buffer.alloc(most);
    let at = 0;
    for (const piece of form.pieces) {
      if (typeof piece === "string") at += scratch.write(values[piece], at);
      else {
        scratch.set(piece, at);
        at += piece.length;
      }
    }
    return { head: form.head, body: scratch.subarray(0, at) };
  }

  #form(shown: Shown, asked: Asked, isSecure: boolean, headers: () => RawHeaders): Form {
    const { issued, mode, lang } = shown;
    const scheme = isSecure ? "https" : "http";
    const key = `${lang} ${mode} ${issued.wait} ${workKey(issued.work)} ${scheme} ${asked.host}`;
    const second = Math.floor(asked.time / 1000);
    const known = this.#forms.get(key);
    if (known?.second === second) return known;
    const fragment = challengeFragment({
      ...shown,
      issued: { ...issued, ticket: MARKS.ticket },
      target: MARKS.target,
    });
    // No receipt: a challenge is nothing to be contested.
    const { host, time } = asked;
    const marked = { host, time, requestId: MARKS.id };
    const html = this.#pages.html(this.#notice, marked, lang, fragment);
    const pieces = html.split(SPLIT).map((text) => blankOf(text) ?? Buffer.from(text));
    const buffers = pieces.filter((piece) => typeof piece !== "string");
    const fixed = buffers.reduce((sum, { length }) => sum + length, 0);
    const blanks = pieces.length - buffers.length;
    const head = { status: this.#notice.status, fields: headers(), wire: null };
    const form = { second, head, pieces, fixed, blanks };
    if (known === undefined && this.#forms.size >= MOST) this.#forms.clear();
    this.#forms.set(key, form);
    return form;
  }
}

function blankOf(text: string): Blank | undefined {
  if (text.length !== MARK.length + 1 || !text.endsWith(MARK)) return undefined;
  return text.startsWith("t") ? "ticket" : text.startsWith("u") ? "target" : "id";
}

/** As `challengeFragment` writes it: within a query where there is a wait, else as it is. */
function targetAsWritten({ issued, target }: Shown): string {
  return escapeHtml(issued.wait === 0 ? target : encodeURIComponent(target));
}

function workKey({ kind, size, least, full }: Work): string {
  return `${kind} ${size} ${least} ${full}`;
}
