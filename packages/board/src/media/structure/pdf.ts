import { inflateSync } from "node:zlib";
import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** Names (ISO 32000-2, 7.3.5) by which a document acts, carries files or hides what it holds. */
const ACTIVE =
  /\/(?:JavaScript|JS|OpenAction|AA|Launch|EmbeddedFiles?|RichMedia|XFA|AcroForm|SubmitForm|ImportData|GoToR|GoToE|Encrypt|Sound|Movie|Rendition|3D)(?![A-Za-z0-9])/;
const MOST_STREAMS = 20_000;
const MOST_OF_ONE = 8 * 1024 * 1024;
const MOST_OF_ALL = 64 * 1024 * 1024;

/**
 * Looks through a PDF, its compressed streams too, for anything that acts. It is not encoded anew:
 * what is found refuses it.
 */
export function readPdf(bytes: Bytes): Structure {
  const { all } = bytes;
  const text = Buffer.from(all.buffer, all.byteOffset, all.length).toString("latin1");
  const end = text.lastIndexOf("%%EOF");
  if (end < 0) throw refusal("media.broken");
  if (!/^[\s\0]*$/.test(text.slice(end + 5))) throw refusal("media.trailing");
  look(text);
  let at = text.indexOf("stream");
  let sum = 0;
  for (let count = 0; at >= 0; count++) {
    if (count > MOST_STREAMS) throw refusal("media.bomb");
    const isEnd = text.startsWith("end", at - 3);
    if (!isEnd) {
      const from = at + 6 + (text[at + 6] === "\r" ? 2 : 1);
      const unpacked = unpack(all.subarray(from));
      sum += unpacked.length;
      if (sum > MOST_OF_ALL) throw refusal("media.bomb");
      look(unpacked.toString("latin1"));
    }
    at = text.indexOf("stream", at + 6);
  }
  return { width: null, height: null, frames: 0, durationMs: null };
}

function look(text: string): void {
  const plain = text.replace(/#([0-9a-fA-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  if (ACTIVE.test(plain)) throw refusal("media.active");
}

/** A stream that is compressed by another method than deflate shows as its bytes alone. */
function unpack(packed: Uint8Array): Buffer {
  if (packed.length < 2 || ((packed[0] as number) & 15) !== 8) return Buffer.alloc(0);
  if ((((packed[0] as number) << 8) | (packed[1] as number)) % 31 !== 0) return Buffer.alloc(0);
  try {
    return inflateSync(packed, { maxOutputLength: MOST_OF_ONE });
  } catch (cause) {
    const large = cause instanceof RangeError || String(cause).includes("BUFFER_TOO_LARGE");
    if (large) throw refusal("media.bomb", cause);
    return Buffer.alloc(0);
  }
}
