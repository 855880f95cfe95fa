import { AppError } from "@egide/std/error.ts";
import { SqlDump, type SqlEvent } from "#move/dump/sql.ts";
import { piecesOf } from "#move/dump/pieces.ts";
import { boardUri, cleanLine } from "#move/source/clean.ts";
import { type Origin, refused, type Source, type SourceRecord } from "#move/source/record.ts";
import { decoderFor, RowReader } from "#move/source/sql-row.ts";
import { banOf, reportOf, staffOf } from "#move/source/vichan-house.ts";
import { postOf } from "#move/source/vichan-post.ts";

const POSTS = "posts_";
/** Tables that hold nothing which belongs to a board here: traces, caches, sessions. */
const PASSED = new Set(
  "antispam ban_appeals bans_cookie captchas cites custom_geoip filehashes filters flood ip_notes modlogs mutes news nicenotices noticeboard pages pms robot search_queries shadow_antispam shadow_cites shadow_filehashes statistics theme_settings votes_archive warnings".split(
    " ",
  ),
);

/** The server's own, in dumps of all databases. */
const SYSTEM = new Set(["mysql", "sys", "information_schema", "performance_schema"]);

/** A dump of a vichan (or Tinyboard) database: mysqldump's or phpMyAdmin's SQL, gzipped or not. */
export function vichanSource(dump: string): Source {
  return {
    kind: "vichan",
    name: "vichan",
    async *read() {
      const reader = new VichanReader();
      const sql = new SqlDump();
      for await (const piece of piecesOf(dump)) {
        for (const event of sql.push(piece)) yield* reader.take(event);
      }
      for (const event of sql.end()) yield* reader.take(event);
      if (reader.isEmpty) throw noDump();
    },
  };
}

class VichanReader {
  #decoder = decoderFor("utf8mb4");
  #database = "";
  /** The database whose boards were read. */
  #own: string | null = null;
  isEmpty = true;

  *take(event: SqlEvent): Generator<SourceRecord> {
    switch (event.kind) {
      case "charset":
        this.#decoder = decoderFor(event.name);
        return;
      case "database":
        this.#database = event.name;
        return;
      case "damaged": {
        const row = event.index === 0 ? `byte ${event.at}` : `row ${event.index}, byte ${event.at}`;
        yield refused({ table: event.table ?? "", row }, event.reason);
        return;
      }
      case "table": {
        this.isEmpty = false;
        const board = boardOfTable(event.table);
        // Numbers that were given out and are gone must not be given out again.
        if (board !== null && event.nextId !== null) {
          yield { kind: "numbers", table: event.table, row: "", board, lastNo: event.nextId - 1 };
        }
        return;
      }
      case "row":
        this.isEmpty = false;
        if (SYSTEM.has(this.#database)) return;
        yield* this.#row(event.table, event.index, new RowReader(event.row, this.#decoder));
    }
  }

  *#row(table: string, index: number, row: RowReader): Generator<SourceRecord> {
    const name = table.toLowerCase();
    const origin: Origin = { table, row: String(row.number("id") ?? `row ${index}`) };
    const board = boardOfTable(table);
    if (board !== null) yield* postOf(row, board, origin);
    else if (name === "boards") {
      this.#own ??= this.#database;
      // Their tables are called the same: posts of one would stand on boards of the other.
      if (this.#own !== this.#database) throw several(this.#own, this.#database);
      yield boardOf(row, { table, row: row.text("uri") ?? origin.row });
    } else if (name === "bans") yield banOf(row, origin);
    else if (name === "reports") yield reportOf(row, origin);
    else if (name === "mods") yield* staffOf(row, origin);
    else if (PASSED.has(name)) yield { kind: "passed", ...origin };
    else yield refused(origin, "a table that vichan does not have");
  }
}

function boardOfTable(table: string): string | null {
  return table.startsWith(POSTS) ? table.slice(POSTS.length) : null;
}

function boardOf(row: RowReader, origin: Origin): SourceRecord {
  const uri = boardUri(row.text("uri") ?? "");
  if (uri === null) {
    return refused(
      origin,
      "addresses of boards have 1 to 24 letters and digits here: use --rename",
    );
  }
  const title = cleanLine(row.text("title") ?? "", 80);
  return {
    kind: "board",
    ...origin,
    uri,
    title: title === "" ? uri : title,
    subtitle: cleanLine(row.text("subtitle") ?? "", 200),
    settings: {},
    listed: true,
    locked: false,
    lastNo: 0,
  };
}

function noDump(): AppError {
  return wrong("that is no SQL dump: there is no table in it (mysqldump without --xml or --tab)");
}

function several(one: string, other: string): AppError {
  return wrong(`it holds boards of two databases, ${one} and ${other}: dump each by itself`);
}

function wrong(publicMessage: string): AppError {
  return new AppError({ code: "move.no_dump", source: "operator", retry: false, publicMessage });
}
