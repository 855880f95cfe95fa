import { huffmanDecode } from "#h2/huffman.ts";
import type { Field } from "#reference/message.ts";

/** RFC 7541, appendix A. */
const STATIC_TABLE: readonly Field[] = `
:authority|:method GET|:method POST|:path /|:path /index.html|:scheme http|:scheme https|:status 200
:status 204|:status 206|:status 304|:status 400|:status 404|:status 500|accept-charset
accept-encoding gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age
allow|authorization|cache-control|content-disposition|content-encoding|content-language
content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|host
if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location
max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server
set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate`
  .trim()
  .split(/[|\n]/)
  .map((entry) => {
    const space = entry.indexOf(" ");
    return space < 0 ? [entry, ""] : [entry.slice(0, space), entry.slice(space + 1)];
  });

/**
 * Writes each field as a literal without indexing, plain text (RFC 7541, section 6.2.2), whatever the
 * bytes: this is how a hostile client sends a line break inside a value.
 */
export function encodeLiterals(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of fields) {
    parts.push(Buffer.from([0]), encodeString(name), encodeString(value));
  }
  return Buffer.concat(parts);
}

function encodeString(text: string): Buffer {
  return Buffer.concat([encodeInteger(text.length, 7, 0), Buffer.from(text, "latin1")]);
}

/** RFC 7541, section 5.1: an integer behind the top bits `mark` of its first byte. */
export function encodeInteger(value: number, prefixBits: number, mark: number): Buffer {
  const limit = 2 ** prefixBits - 1;
  if (value < limit) return Buffer.from([mark | value]);
  const out = [mark | limit];
  let left = value - limit;
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 0x80);
  out.push(left);
  return Buffer.from(out);
}

/** Reads header blocks of one connection, in order; keeps the dynamic table. */
export class HpackDecoder {
  #dynamic: Field[] = [];
  #size = 0;
  #limit = 4096;
  #bytes: Uint8Array = new Uint8Array();
  #at = 0;

  decode(block: Uint8Array): Field[] {
    this.#bytes = block;
    this.#at = 0;
    const fields: Field[] = [];
    while (this.#at < block.length) {
      const first = block[this.#at] as number;
      if (first >= 0x80) fields.push(this.#entry(this.#integer(7)));
      else if (first >= 0x40) {
        const field = this.#literal(6);
        this.#add(field);
        fields.push(field);
      } else if (first >= 0x20) {
        this.#limit = this.#integer(5);
        this.#evict();
      } else fields.push(this.#literal(4));
    }
    return fields;
  }

  #literal(prefixBits: number): Field {
    const index = this.#integer(prefixBits);
    const name = index === 0 ? this.#string() : this.#entry(index)[0];
    return [name, this.#string()];
  }

  #entry(index: number): Field {
    const field =
      index <= STATIC_TABLE.length
        ? STATIC_TABLE[index - 1]
        : this.#dynamic[index - STATIC_TABLE.length - 1];
    if (field === undefined) throw new Error(`no entry ${index} in the header table`);
    return field;
  }

  #integer(prefixBits: number): number {
    const limit = 2 ** prefixBits - 1;
    let value = (this.#bytes[this.#at++] as number) & limit;
    if (value < limit) return value;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("integer cut off");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  #string(): string {
    const huffman = (this.#bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(7);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return huffman ? huffmanDecode(bytes) : Buffer.from(bytes).toString("latin1");
  }

  #add(field: Field): void {
    this.#dynamic.unshift(field);
    this.#size += field[0].length + field[1].length + 32;
    this.#evict();
  }

  #evict(): void {
    while (this.#size > this.#limit) {
      const gone = this.#dynamic.pop();
      if (gone === undefined) return;
      this.#size -= gone[0].length + gone[1].length + 32;
    }
  }
}
