import {
  type BsonEvent,
  BsonFrames,
  CUT_OFF,
  type Framed,
  LOST,
  readBson,
} from "#move/dump/bson.ts";
import { z } from "zod";

/** `mongodump --archive` begins with it, lowest byte first (mongo-tools, archive format). */
const MAGIC = 0x8199e26d;
const MAGIC_BYTES = 4;

/** Of which collection it is; null: of the archive itself. */
export type ArchiveEvent = BsonEvent & { readonly collection: string | null };

const namespaceSchema = z.object({ db: z.string(), collection: z.string() });

export function isArchive(head: Uint8Array): boolean {
  return head.length >= MAGIC_BYTES && Buffer.from(head).readUInt32LE(0) === MAGIC;
}

/**
 * Reads what `mongodump --archive` writes: a preface with the names of all collections, then parts of
 * them by turns, each with its name before it. One database is read: the one that `isWanted`.
 */
export class BsonArchive {
  readonly #frames = new BsonFrames();
  readonly #isWanted: (collections: ReadonlySet<string>) => boolean;
  readonly #databases = new Map<string, Set<string>>();
  readonly #counts = new Map<string, number>();
  #magic = MAGIC_BYTES;
  #part: "preface" | "name" | "documents" = "preface";
  #wanted: string | null = null;
  #current: { readonly db: string; readonly collection: string } | null = null;
  #isLost = false;

  constructor(isWanted: (collections: ReadonlySet<string>) => boolean) {
    this.#isWanted = isWanted;
  }

  /** The first piece holds what `isArchive` was asked about. */
  push(piece: Uint8Array): readonly ArchiveEvent[] {
    const passed = Math.min(this.#magic, piece.length);
    this.#magic -= passed;
    const events: ArchiveEvent[] = [];
    for (const frame of this.#frames.push(piece.subarray(passed), true)) {
      const event = this.#take(frame);
      if (event !== null) events.push(event);
    }
    return events;
  }

  end(): readonly ArchiveEvent[] {
    // A part that is whole ends with a mark.
    if (this.#isLost || (this.#frames.isWhole && this.#part === "name")) return [];
    return [{ kind: "damaged", index: 0, reason: CUT_OFF, collection: null }];
  }

  #take(frame: Framed): ArchiveEvent | null {
    if (frame.kind === "lost") {
      this.#isLost = true;
      return this.#damaged(LOST);
    }
    if (frame.kind === "mark") {
      if (this.#part === "preface") this.#choose();
      this.#part = "name";
      this.#current = null;
      return null;
    }
    if (this.#part === "documents") return this.#document(frame.bytes);
    const named = namespaceOf(frame.bytes);
    if (this.#part === "preface") {
      // The first document has no name: it says which version wrote it.
      if (named !== null) {
        const known = this.#databases.get(named.db) ?? new Set();
        this.#databases.set(named.db, known.add(named.collection));
      }
      return null;
    }
    this.#part = "documents";
    this.#current = named;
    return named === null ? this.#damaged("a part of no collection") : null;
  }

  #document(bytes: Uint8Array): ArchiveEvent | null {
    if (this.#current === null || this.#current.db !== this.#wanted) return null;
    const { collection } = this.#current;
    const index = (this.#counts.get(collection) ?? 0) + 1;
    this.#counts.set(collection, index);
    return { ...readBson(bytes, index), collection };
  }

  #choose(): void {
    const all = [...this.#databases];
    const [first] = all.find(([, names]) => this.#isWanted(names)) ?? all[0] ?? [null];
    this.#wanted = first;
  }

  #damaged(reason: string): ArchiveEvent {
    return { kind: "damaged", index: 0, reason, collection: this.#current?.collection ?? null };
  }
}

function namespaceOf(bytes: Uint8Array): { db: string; collection: string } | null {
  const event = readBson(bytes, 0);
  const read = event.kind === "document" ? namespaceSchema.safeParse(event.document) : null;
  return read?.success === true ? read.data : null;
}
