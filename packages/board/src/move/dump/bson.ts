import { deserialize, type Document } from "bson";

export type BsonEvent =
  | { readonly kind: "document"; readonly index: number; readonly document: Document }
  | { readonly kind: "damaged"; readonly index: number; readonly reason: string };

/** What stands in a file of mongodump, one behind the other. */
export type Framed =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** Where an archive goes on to something else. */
  | { readonly kind: "mark" }
  /** Nothing behind it can be found any more. */
  | { readonly kind: "lost" };

/** MongoDB's own limit of 16 MiB, and what it allows itself beyond (mongodb.com, Limits). */
const DOCUMENT_MOST = 16 * 1024 * 1024 + 16 * 1024;
const LEAST = 5;
/** mongo-tools, archive format: between documents where their length would stand. */
const MARK = -1;

/** Takes pieces of any size apart into documents, each with its length before it (bsonspec.org). */
export class BsonFrames {
  #bytes: Uint8Array = new Uint8Array();
  #broken = false;

  push(piece: Uint8Array, marks: boolean): readonly Framed[] {
    if (this.#broken) return [];
    const all = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const out: Framed[] = [];
    let at = 0;
    while (all.length - at >= 4) {
      const length = view.getInt32(at, true);
      if (marks && length === MARK) {
        out.push({ kind: "mark" });
        at += 4;
        continue;
      }
      if (length < LEAST || length > DOCUMENT_MOST) {
        this.#broken = true;
        this.#bytes = new Uint8Array();
        return [...out, { kind: "lost" }];
      }
      if (all.length - at < length) break;
      out.push({ kind: "bytes", bytes: all.subarray(at, at + length) });
      at += length;
    }
    this.#bytes = all.subarray(at);
    return out;
  }

  /** Whether it ends between two documents. */
  get isWhole(): boolean {
    return this.#bytes.length === 0;
  }
}

export const LOST = "a length that no document has: what follows can’t be read";
export const CUT_OFF = "the file ends in the middle";

/**
 * Reads the documents of a `.bson` file of mongodump. A document that can't be read is told of; where
 * a length is wrong nothing behind it can be found any more.
 */
export class BsonDump {
  readonly #frames = new BsonFrames();
  #index = 0;

  push(piece: Uint8Array): readonly BsonEvent[] {
    return this.#frames.push(piece, false).map((frame) => {
      this.#index += 1;
      if (frame.kind === "bytes") return readBson(frame.bytes, this.#index);
      return { kind: "damaged", index: this.#index, reason: LOST };
    });
  }

  end(): readonly BsonEvent[] {
    if (this.#frames.isWhole) return [];
    return [{ kind: "damaged", index: this.#index + 1, reason: CUT_OFF }];
  }
}

export function readBson(bytes: Uint8Array, index: number): BsonEvent {
  try {
    // Nothing of a dump is run: functions in it stay undefined.
    const document = deserialize(bytes, { promoteBuffers: true, validation: { utf8: false } });
    return { kind: "document", index, document };
  } catch (error) {
    return { kind: "damaged", index, reason: (error as Error).message.slice(0, 200) };
  }
}
