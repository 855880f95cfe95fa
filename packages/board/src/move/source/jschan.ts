import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Document } from "bson";
import { BsonDump, type BsonEvent } from "#move/dump/bson.ts";
import { piecesOf } from "#move/dump/pieces.ts";
import { accountOf, banOf, boardOf, filterOf } from "#move/source/jschan-house.ts";
import { keyOf, postOf } from "#move/source/jschan-post.ts";
import { type Origin, refused, type Source, type SourceRecord } from "#move/source/record.ts";

type Turn = (document: Document, origin: Origin) => Iterable<SourceRecord>;

/** Collections in the order in which they are read: a board before what stands on it. */
const COLLECTIONS: readonly (readonly [name: string, turn: Turn])[] = [
  ["boards", boardOf],
  ["accounts", accountOf],
  ["posts", postOf],
  ["bans", banOf],
  ["filters", filterOf],
];
/** What belongs to the program, not to its boards. */
const PASSED =
  "boardstats bypass captcha captchas custompages files globalsettings modlog modlogs news nftrules ratelimit roles stats tor tripcodes trips version webring".split(
    " ",
  );

/** A folder that mongodump made of jschan's database, gzipped or not. */
export async function jschanSource(folder: string): Promise<Source> {
  const files = await collectionsIn(folder);
  return {
    kind: "jschan",
    async *read() {
      for (const [name, turn] of COLLECTIONS) {
        const path = files.get(name);
        if (path !== undefined) yield* readCollection(name, path, turn);
      }
      for (const [name, path] of files) {
        if (COLLECTIONS.some(([known]) => known === name)) continue;
        const known = PASSED.includes(name);
        yield* readCollection(name, path, (_, origin) => [
          known
            ? { kind: "passed", ...origin }
            : refused(origin, "a collection that jschan does not have"),
        ]);
      }
    },
  };
}

async function* readCollection(
  table: string,
  path: string,
  turn: Turn,
): AsyncGenerator<SourceRecord> {
  const dump = new BsonDump();
  const take = function* (event: BsonEvent): Generator<SourceRecord> {
    const row = `document ${event.index}`;
    if (event.kind === "damaged") yield refused({ table, row }, event.reason);
    else yield* turn(event.document, { table, row: keyOf(event.document) ?? row });
  };
  for await (const piece of piecesOf(path)) {
    for (const event of dump.push(piece)) yield* take(event);
  }
  for (const event of dump.end()) yield* take(event);
}

/** mongodump makes a folder for each database: the one with posts and boards is meant. */
async function collectionsIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const here = await bsonFiles(folder);
  if (here.has("boards") || here.has("posts")) return here;
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const below = await bsonFiles(join(folder, entry.name));
    if (below.has("boards") && below.has("posts")) return below;
  }
  return here;
}

async function bsonFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).sort()) {
    const match = /^([a-z0-9_]+)\.bson(?:\.gz)?$/i.exec(name);
    if (match !== null) files.set(match[1] as string, join(folder, name));
  }
  return files;
}
