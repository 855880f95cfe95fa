import { z } from "zod";
import type { Contents } from "#move/export/contents.ts";
import { damaged } from "#move/export/tar.ts";
import { cleanLine } from "#move/source/clean.ts";
import { boardOf, filterOf, Log } from "#move/source/egide-house.ts";
import { faultOf, postOf, type SourceThread, threadOf } from "#move/source/egide-post.ts";
import { boardRow, oldFileRow } from "#move/source/egide-rows.ts";
import { type Origin, refused, type Source, type SourceRecord } from "#move/source/record.ts";

/** Largest part of a table that is read back, and largest row of it: ours are smaller by far. */
const PART_MOST = 32 * 1024 * 1024;
const ROW_MOST = 1024 * 1024;

type Line =
  | { readonly origin: Origin; readonly row: unknown }
  | { readonly origin: Origin; readonly fault: string };

export interface EgideSource extends Source {
  /** The board's address there. */
  readonly uri: string;
}

/**
 * One board out of another Égide's export, as verified. Its rows are looked at like anything that a
 * stranger wrote; what it says of people (none, if it is an export of ours) is not read at all.
 * `owner`: who is invited to own it here.
 */
export async function egideSource(contents: Contents, owner: string | null): Promise<EgideSource> {
  const { manifest } = contents;
  if (manifest.scope !== "board") {
    throw damaged(
      "it is of a whole site: egide board import egide puts it back into an empty installation",
    );
  }
  const board = await boardIn(contents);
  return {
    kind: "egide",
    uri: board.row.uri,
    // The same board's next export is known by it, and another site's /b/ is not.
    name: `egide ${new Date(board.row.createdAt).toISOString()}`,
    read: () => read(contents, board, owner),
    files: { find: (file) => contents.asFile(file.paths[0] ?? "") },
  };
}

interface FoundBoard {
  readonly row: z.infer<typeof boardRow>;
  readonly origin: Origin;
}

async function boardIn(contents: Contents): Promise<FoundBoard> {
  const rows: FoundBoard[] = [];
  for await (const line of linesOf(contents, "board")) {
    if ("fault" in line) throw damaged(`its board: ${line.fault}`);
    const found = boardRow.safeParse(line.row);
    if (!found.success) throw damaged(`its board: ${faultOf(found.error)}`);
    rows.push({ row: found.data, origin: line.origin });
  }
  const [first] = rows;
  if (first === undefined || rows.length > 1) throw damaged("it does not hold one board");
  // A time that no clock shows.
  if (first.row.createdAt > 8_640_000_000_000_000) throw damaged("its board began at no time");
  return first;
}

async function* read(
  contents: Contents,
  { row: own, origin }: FoundBoard,
  owner: string | null,
): AsyncGenerator<SourceRecord> {
  const { uri } = own;
  yield* boardOf(own, origin);
  const log = new Log(uri, own.id, own.createdAt);
  const turned = (table: string, turn: (row: unknown, origin: Origin) => SourceRecord | null) =>
    turnedOf(contents, table, turn);
  yield* turned("rule_set", (row, at) => log.addRules(row, at));
  yield* log.rules();
  yield* turned("act", (row, at) => log.actOf(row, at));
  // Whom they are about was never in the export: hashes, under a key that nobody else has.
  const bans = { table: "bans (they know people by another site's key)", row: "" };
  for (let ban = 0; ban < log.bans; ban++) yield { kind: "passed", ...bans };
  yield* turned("filter", (row, at) => filterOf(row, at, uri));
  const threads = new Map<number, SourceThread>();
  yield* turned("thread", (row, at) => {
    const thread = threadOf(row);
    if (thread === null) return refused(at, "a thread that can’t be read");
    threads.set(...thread);
    return null;
  });
  const oldFiles = new Map<string, string[]>();
  yield* turned("old_file", (row, at) => {
    const found = oldFileRow.safeParse(row);
    if (!found.success) return refused(at, faultOf(found.error));
    const { address, sha256 } = found.data;
    oldFiles.set(sha256, [...(oldFiles.get(sha256) ?? []), address]);
    return null;
  });
  yield* turned("post", (row, at) => postOf(row, at, { board: uri, threads, oldFiles }));
  const name = owner === null ? "" : cleanLine(owner, 60);
  if (name !== "") {
    const place = { table: "owner", row: name, board: uri };
    yield { kind: "staff", ...place, name, role: "board-owner" };
  }
}

async function* turnedOf(
  contents: Contents,
  table: string,
  turn: (row: unknown, origin: Origin) => SourceRecord | null,
): AsyncGenerator<SourceRecord> {
  for await (const line of linesOf(contents, table)) {
    const record = "fault" in line ? refused(line.origin, line.fault) : turn(line.row, line.origin);
    if (record !== null) yield record;
  }
}

/** Rows of a table as they stand in its files, one line each. */
async function* linesOf(contents: Contents, table: string): AsyncGenerator<Line> {
  let count = 0;
  for (const { name } of contents.manifest.tables[table]?.files ?? []) {
    const file = contents.find(name);
    if (file === null || file.size > PART_MOST) {
      yield { origin: { table, row: name }, fault: "a file far too large" };
      continue;
    }
    for (const line of (await file.text()).split("\n")) {
      if (line === "") continue;
      count += 1;
      yield lineOf(line, { table, row: `row ${count}` });
    }
  }
}

function lineOf(line: string, place: Origin): Line {
  if (line.length > ROW_MOST) return { origin: place, fault: "a row far too large" };
  try {
    const row: unknown = JSON.parse(line);
    const { no } = (row ?? {}) as { readonly no?: unknown };
    const origin = typeof no === "number" ? { ...place, row: String(no) } : place;
    return { origin, row };
  } catch {
    return { origin: place, fault: "a row that is no JSON" };
  }
}
