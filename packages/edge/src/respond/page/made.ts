import type { KeptHead } from "#exchange.ts";
import type { Asked, Notice } from "#respond/page/notice.ts";
import type { RawHeaders } from "#stream.ts";
import { putLatin1 } from "#wire/latin1.ts";

/** An answer of the edge's own, ready to be sent. */
export interface Made {
  /** What the heads of all answers of this kind have in common. */
  readonly head: KeptHead;
  /** Borrowed: the next request's id is written into the same bytes. */
  readonly body: Buffer;
}

interface Kept extends Made {
  readonly notice: Notice;
  readonly host: string;
  readonly second: number;
  readonly requestId: string;
  /** Where the request's id stands in the body, and where its receipt does. */
  readonly ids: readonly number[];
  readonly receiptLength: number;
  readonly receipts: readonly number[];
}

/** Codes whose answers are kept. */
const MOST = 512;
/** Formats, languages, schemes. */
const KINDS = 12;
/** Of those who are told when to come again, so many who are told differently. */
const WAITS = 64;

/**
 * The last answer of each kind. Whoever is turned away is turned away by the thousand: what such
 * answers differ in is the request's id, its receipt, how long to wait, and once a second the time.
 */
export class MadeAnswers {
  readonly #kept = new Map<string, Map<number, Kept>>();

  /**
   * `kind`: a number below 12 for format, language and scheme. `make` is asked where the last one does
   * not fit.
   */
  take(
    notice: Notice,
    asked: Asked,
    kind: number,
    make: () => { headers: RawHeaders; text: string },
  ): Made {
    const second = Math.floor(asked.time / 1000);
    const kinds = this.#kinds(notice.code);
    const { retryAfter } = notice;
    const place = kind + (retryAfter === null ? 0 : KINDS * (1 + (retryAfter % WAITS)));
    const last = kinds.get(place);
    if (last !== undefined && last.second === second && fits(last, notice, asked)) {
      for (const at of last.ids) putLatin1(last.body, asked.requestId, at);
      for (const at of last.receipts) asked.receipt?.put(last.body, at);
      return last;
    }
    const { headers, text } = make();
    const body = Buffer.from(text);
    const { host, requestId } = asked;
    const receipt = asked.receipt?.toString() ?? "";
    const receipts = receipt === "" ? [] : placesOf(receipt, body);
    // A receipt names the request as well, and is written whole.
    const isApart = (at: number): boolean =>
      !receipts.some((from) => from <= at && at < from + receipt.length);
    const ids = placesOf(requestId, body).filter(isApart);
    const receiptLength = receipt.length;
    const asMade = { host, second, requestId, receiptLength, ids, receipts };
    const head = { status: notice.status, fields: headers, wire: null };
    const kept = { notice, head, body, ...asMade };
    kinds.set(place, kept);
    return kept;
  }

  #kinds(code: string): Map<number, Kept> {
    let kinds = this.#kept.get(code);
    if (kinds === undefined) {
      if (this.#kept.size >= MOST) this.#kept.clear();
      kinds = new Map();
      this.#kept.set(code, kinds);
    }
    return kinds;
  }
}

function fits(last: Kept, notice: Notice, asked: Asked): boolean {
  const known = last.notice;
  return (
    last.host === asked.host &&
    last.requestId.length === asked.requestId.length &&
    last.receiptLength === (asked.receipt?.length ?? 0) &&
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
