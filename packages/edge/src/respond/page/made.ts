import type { Asked, Notice } from "#respond/page/notice.ts";
import type { RawHeaders } from "#stream.ts";
import { putLatin1 } from "#wire/latin1.ts";

/** An answer of the edge's own, ready to be sent. */
export interface Made {
  /** Without what is added to every response; to be copied. */
  readonly headers: readonly string[];
  /** Borrowed: the next request's id is written into the same bytes. */
  readonly body: Buffer;
}

interface Kept extends Made {
  readonly notice: Notice;
  readonly extra: RawHeaders;
  readonly host: string;
  readonly second: number;
  readonly requestId: string;
  /** Where the request's id stands in the body, and where its receipt does. */
  readonly ids: readonly number[];
  readonly receiptLength: number;
  readonly receipts: readonly number[];
}

/** Kinds of answers (by code, format and language) that are kept. */
const MOST = 512;

/**
 * The last answer of each kind. Whoever is turned away is turned away by the thousand: what such
 * answers differ in is the request's id, its receipt, and once a second the time.
 */
export class MadeAnswers {
  readonly #kept = new Map<string, Kept[]>();

  /** `kind`: a small number for format and language. `make` is asked where the last one does not fit. */
  take(
    notice: Notice,
    extra: RawHeaders,
    asked: Asked,
    kind: number,
    make: () => { headers: RawHeaders; text: string },
  ): Made {
    const second = Math.floor(asked.time / 1000);
    const kinds = this.#kinds(notice.code);
    const last = kinds[kind];
    if (last !== undefined && last.second === second && fits(last, notice, extra, asked)) {
      for (const at of last.ids) putLatin1(last.body, asked.requestId, at);
      for (const at of last.receipts) putLatin1(last.body, asked.receipt ?? "", at);
      return last;
    }
    const { headers, text } = make();
    const body = Buffer.from(text);
    const { host, requestId, receipt = "" } = asked;
    const receipts = receipt === "" ? [] : placesOf(receipt, body);
    // A receipt names the request as well, and is written whole.
    const isApart = (at: number): boolean =>
      !receipts.some((from) => from <= at && at < from + receipt.length);
    const ids = placesOf(requestId, body).filter(isApart);
    const receiptLength = receipt.length;
    const asMade = { host, second, requestId, receiptLength, ids, receipts };
    const kept = { notice, extra, headers, body, ...asMade };
    kinds[kind] = kept;
    return kept;
  }

  #kinds(code: string): Kept[] {
    let kinds = this.#kept.get(code);
    if (kinds === undefined) {
      if (this.#kept.size >= MOST) this.#kept.clear();
      kinds = [];
      this.#kept.set(code, kinds);
    }
    return kinds;
  }
}

function fits(last: Kept, notice: Notice, extra: RawHeaders, asked: Asked): boolean {
  const known = last.notice;
  return (
    last.host === asked.host &&
    last.requestId.length === asked.requestId.length &&
    last.receiptLength === (asked.receipt ?? "").length &&
    (last.extra === extra || (last.extra.length === 0 && extra.length === 0)) &&
    known.status === notice.status &&
    known.source === notice.source &&
    known.detail === notice.detail &&
    known.retry === notice.retry &&
    known.retryAfter === notice.retryAfter &&
    known.order === notice.order &&
    known.continueUrl === notice.continueUrl
  );
}

function placesOf(id: string, body: Buffer): number[] {
  const places: number[] = [];
  for (let at = body.indexOf(id); at >= 0; at = body.indexOf(id, at + id.length)) places.push(at);
  return places;
}
