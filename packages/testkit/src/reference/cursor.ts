import { type Field, Malformed } from "#reference/message.ts";

/** Thrown where the bytes so far are fine, but more must come. */
export class Incomplete extends Error {}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Field content: HTAB, SP, VCHAR and obs-text (RFC 9110, section 5.5).
// biome-ignore lint: the control characters are the point
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Reads lines and counted bytes from a latin1 string: slow, short and literal-minded on purpose. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  /** The next line without its CRLF. A bare CR or LF is an error, not a line end. */
  line(): string {
    const lf = this.text.indexOf("\n", this.at);
    if (lf < 0) {
      const rest = this.text.slice(this.at);
      const cr = rest.indexOf("\r");
      if (cr >= 0 && cr !== rest.length - 1) throw new Malformed("bare CR");
      throw new Incomplete();
    }
    if (lf === this.at || this.text[lf - 1] !== "\r") throw new Malformed("bare LF");
    const line = this.text.slice(this.at, lf - 1);
    if (line.includes("\r")) throw new Malformed("bare CR");
    this.at = lf + 1;
    return line;
  }

  take(count: number): string {
    if (this.text.length - this.at < count) throw new Incomplete();
    const taken = this.text.slice(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  /** Field lines up to the empty line. */
  fields(): Field[] {
    const fields: Field[] = [];
    for (;;) {
      const line = this.line();
      if (line === "") return fields;
      const colon = line.indexOf(":");
      if (colon < 0) throw new Malformed(`field line without a colon: ${line.slice(0, 40)}`);
      const name = line.slice(0, colon);
      if (!isToken(name)) throw new Malformed(`field name ${JSON.stringify(name.slice(0, 40))}`);
      const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
      if (!FIELD_VALUE.test(value)) throw new Malformed(`control byte in the value of ${name}`);
      fields.push([name, value]);
    }
  }

  /** A chunked body (RFC 9112, section 7.1) without extensions, which no sender of ours makes. */
  chunked(): { body: string; trailers: Field[] } {
    let body = "";
    for (;;) {
      const size = this.line();
      if (!/^[0-9A-Fa-f]{1,12}$/.test(size)) throw new Malformed(`chunk size ${size.slice(0, 40)}`);
      const length = Number.parseInt(size, 16);
      if (length === 0) return { body, trailers: this.fields() };
      body += this.take(length);
      if (this.take(2) !== "\r\n") throw new Malformed("chunk data not followed by CRLF");
    }
  }
}

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
