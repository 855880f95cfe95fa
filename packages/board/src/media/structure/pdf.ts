import { inflateRawSync } from "node:zlib";
import type { Bytes } from "#media/structure/bytes.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";

/** Names (ISO 32000-2, 7.3.5) by which a document acts, carries files or hides what it holds. */
const ACTIVE =
  /\/(?:JavaScript|JS|OpenAction|AA|Launch|EmbeddedFiles?|RichMedia|XFA|AcroForm|SubmitForm|ImportData|GoToR|GoToE|Encrypt|Sound|Movie|Rendition|3D)(?![A-Za-z0-9])/;
/** A link to anything but a page or a mailbox, or to what is written where it can't be read here. */
const LINK = /\/URI(?![A-Za-z0-9])\s*(?=[^\s/>])(?!\((?:https?:\/\/|mailto:))/;
/** What a stream of objects may be packed by: anything else hides what it says from who looks here. */
const HIDDEN =
  /\/(?:ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt|Predictor|F)(?![A-Za-z0-9])|\/(?:FlateDecode|Fl)\b[^/]*\/(?:FlateDecode|Fl)\b/;
const OBJECTS = /\/ObjStm(?![A-Za-z0-9])/;
const MOST_STREAMS = 20_000;
const MOST_OF_ONE = 8 * 1024 * 1024;
const MOST_OF_ALL = 64 * 1024 * 1024;
/** The dictionary before a stream: longer ones are none of a stream of objects. */
const MOST_DICTIONARY = 4096;

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
  let sum = 0;
  let count = 0;
  for (let at = text.indexOf("stream"); at >= 0; at = text.indexOf("stream", at + 6)) {
    if (text.startsWith("end", at - 3)) continue;
    if (++count > MOST_STREAMS) throw refusal("media.bomb");
    const from = at + 6 + (text[at + 6] !== "\r" ? 1 : text[at + 7] === "\n" ? 2 : 1);
    const unpacked = unpack(all.subarray(from));
    sum += unpacked.length;
    if (sum > MOST_OF_ALL) throw refusal("media.bomb");
    look(unpacked.toString("latin1"));
    const dictionary = plainNames(dictionaryBefore(text, at));
    if (!OBJECTS.test(dictionary)) continue;
    // Objects that can't be read here would be read elsewhere.
    const isPacked = dictionary.includes("/Filter");
    if (HIDDEN.test(dictionary) || (isPacked && unpacked.length === 0)) {
      throw refusal("media.active");
    }
  }
  return { width: null, height: null, frames: 0, durationMs: null };
}

function dictionaryBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - MOST_DICTIONARY), at);
  return before.slice(Math.max(0, before.lastIndexOf("obj")));
}

function look(text: string): void {
  const plain = plainNames(text);
  if (ACTIVE.test(plain) || LINK.test(plain)) throw refusal("media.active");
}

/** Names may be written with their letters as `#4a`. */
function plainNames(text: string): string {
  return text.replace(/#([0-9a-fA-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * A stream that is compressed by another method than deflate shows as its bytes alone. The checksum
 * behind the data is not asked for: readers pass over one that is wrong.
 */
function unpack(packed: Uint8Array): Buffer {
  if (packed.length < 2 || ((packed[0] as number) & 15) !== 8) return Buffer.alloc(0);
  if ((((packed[0] as number) << 8) | (packed[1] as number)) % 31 !== 0) return Buffer.alloc(0);
  try {
    return inflateRawSync(packed.subarray(2), { maxOutputLength: MOST_OF_ONE });
  } catch (cause) {
    const large = cause instanceof RangeError || String(cause).includes("BUFFER_TOO_LARGE");
    if (large) throw refusal("media.bomb", cause);
    return Buffer.alloc(0);
  }
}
