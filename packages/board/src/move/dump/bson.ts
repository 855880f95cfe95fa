import { deserialize, type Document } from "bson";

export type BsonEvent =
  | { readonly kind: "document"; readonly index: number; readonly document: Document }
  | { readonly kind: "damaged"; readonly index: number; readonly reason: string };

/** MongoDB's own limit of 16 MiB, and what it allows itself beyond (mongodb.com, Limits). */
const DOCUMENT_MOST = 16 * 1024 * 1024 + 16 * 1024;
const LEAST = 5;

/**
 * Reads the documents of a `.bson` file of mongodump, which stand one behind the other, each with its
 * length before it (bsonspec.org). A document that can't be read is told of; where a length is wrong
 * nothing behind it can be found any more.
 */
export class BsonDump {
  #bytes: Uint8Array = new Uint8Array();
  #index = 0;
  #broken = false;

  push(piece: Uint8Array): readonly BsonEvent[] {
    if (this.#broken) return [];
    const all = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const events: BsonEvent[] = [];
    let at = 0;
    while (all.length - at >= 4) {
      const length = view.getInt32(at, true);
      if (length < LEAST || length > DOCUMENT_MOST) {
        this.#broken = true;
        this.#bytes = new Uint8Array();
        const reason = "a length that no document has: what follows can’t be read";
        return [...events, { kind: "damaged", index: this.#index + 1, reason }];
      }
      if (all.length - at < length) break;
      this.#index += 1;
      events.push(read(all.subarray(at, at + length), this.#index));
      at += length;
    }
    this.#bytes = all.subarray(at);
    return events;
  }

  end(): readonly BsonEvent[] {
    if (this.#bytes.length === 0) return [];
    return [{ kind: "damaged", index: this.#index + 1, reason: "the file ends in the middle" }];
  }
}

function read(bytes: Uint8Array, index: number): BsonEvent {
  try {
    // Nothing of a dump is run: functions in it stay undefined.
    const document = deserialize(bytes, { promoteBuffers: true, validation: { utf8: false } });
    return { kind: "document", index, document };
  } catch (error) {
    return { kind: "damaged", index, reason: (error as Error).message.slice(0, 200) };
  }
}
