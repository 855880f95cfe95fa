import { CONTENT_LENGTH_NAME, DATE_NAME, type HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import type { HeadFields } from "#wire/h2/frame-writer.ts";

/** Status, Content-Length and Date of a response. One object serves a thread: fill it and write. */
class ResponseHead implements HeadFields {
  readonly bound = 128;
  status = 0;
  /** -1: none is sent. */
  length = -1;
  /** Wall clock; -1 for no Date (RFC 9110, section 6.6.1, has none on 1xx). */
  now = -1;
  #second = -1;
  #date = "";

  before(encoder: HpackEncoder): void {
    encoder.status(this.status);
  }

  after(encoder: HpackEncoder, dated: boolean): void {
    if (this.length >= 0) encoder.field(CONTENT_LENGTH_NAME, String(this.length));
    if (!dated && this.now >= 0) encoder.field(DATE_NAME, this.#dateText());
  }

  /** Made once a second. */
  #dateText(): string {
    const second = Math.floor(this.now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = new Date(second * 1000).toUTCString();
    }
    return this.#date;
  }
}

export const responseHead = new ResponseHead();
