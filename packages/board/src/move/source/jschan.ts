import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { Document } from "bson";
import { BsonArchive, isArchive } from "#move/dump/bson-archive.ts";
import { BsonDump, type BsonEvent } from "#move/dump/bson.ts";
import { piecesOf } from "#move/dump/pieces.ts";
import { accountOf, banOf, boardOf, filterOf } from "#move/source/jschan-house.ts";
import { keyOf, postOf } from "#move/source/jschan-post.ts";
import { type Origin, refused, type Source, type SourceRecord } from "#move/source/record.ts";

type Turn = (document: Document, origin: Origin) => Iterable<SourceRecord>;

const COLLECTIONS: ReadonlyMap<string, Turn> = new Map<string, Turn>([
  ["boards", boardOf],
  ["accounts", accountOf],
  ["posts", postOf],
  ["bans", banOf],
  ["filters", filterOf],
]);
/** What belongs to the program, not to its boards. */
const PASSED = new Set(
  "boardstats bypass captcha captchas custompages files globalsettings modlog modlogs news nftrules ratelimit roles stats tor tripcodes trips version webring".split(
    " ",
  ),
);

/** What mongodump made of jschan's database: a folder, or the file of `--archive`; gzipped or not. */
export async function jschanSource(path: string): Promise<Source> {
  const same = { kind: "jschan", name: "jschan" } as const;
  if (!(await stat(path)).isDirectory()) {
    for await (const piece of piecesOf(path)) {
      if (!isArchive(piece)) break;
      return { ...same, read: () => readArchive(path) };
    }
    throw noDump();
  }
  const files = await collectionsIn(path);
  if (!files.has("posts") && !files.has("boards")) throw noDump();
  return {
    ...same,
    async *read() {
      for (const [name, file] of files) yield* readCollection(name, file);
    },
  };
}

async function* readArchive(path: string): AsyncGenerator<SourceRecord> {
  const archive = new BsonArchive((names) => names.has("boards") && names.has("posts"));
  for await (const piece of piecesOf(path)) {
    for (const event of archive.push(piece)) yield* recordsOf(event.collection ?? "archive", event);
  }
  for (const event of archive.end()) yield* recordsOf(event.collection ?? "archive", event);
}

async function* readCollection(table: string, path: string): AsyncGenerator<SourceRecord> {
  const dump = new BsonDump();
  for await (const piece of piecesOf(path)) {
    for (const event of dump.push(piece)) yield* recordsOf(table, event);
  }
  for (const event of dump.end()) yield* recordsOf(table, event);
}

function* recordsOf(table: string, event: BsonEvent): Generator<SourceRecord> {
  const row = `document ${event.index}`;
  if (event.kind === "damaged") {
    yield refused({ table, row }, event.reason);
    return;
  }
  const origin = { table, row: keyOf(event.document) ?? row };
  const turn = COLLECTIONS.get(table);
  if (turn !== undefined) yield* turn(event.document, origin);
  else if (PASSED.has(table)) yield { kind: "passed", ...origin };
  else yield refused(origin, "a collection that jschan does not have");
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

/** In the order in which they are read: those that are known first. */
async function bsonFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).sort()) {
    const match = /^([a-z0-9_]+)\.bson(?:\.gz)?$/i.exec(name);
    if (match !== null) files.set(match[1] as string, join(folder, name));
  }
  const place = (name: string): number => {
    const found = [...COLLECTIONS.keys()].indexOf(name);
    return found < 0 ? COLLECTIONS.size : found;
  };
  return new Map([...files].sort(([a], [b]) => place(a) - place(b)));
}

function noDump(): AppError {
  return new AppError({
    code: "move.no_dump",
    source: "operator",
    retry: false,
    publicMessage:
      "that is neither a folder with boards.bson and posts.bson nor an archive of mongodump",
  });
}
