import { Database, type Statement } from "bun:sqlite";
import type { BoardPlan, Size } from "./plan.ts";
import { COLUMNS, type Row, type Rows, rowsOf, type TableName } from "./rows.ts";

const BATCH = 50_000;
/** Tables whose indices are built once everything is there. */
const LARGE = ["post", "post_media", "media", "quote"];

/**
 * Fills an empty board's file. A loss of power would spoil it: then it is made again. Indices come
 * last, in the order of their keys, and the full text behind them, as posts bring it.
 */
export function fillSqlite(path: string, plans: readonly BoardPlan[], size: Size): void {
  const db = new Database(path);
  try {
    for (const pragma of [
      "journal_mode = delete",
      "journal_mode = off",
      "synchronous = off",
      "locking_mode = exclusive",
      "foreign_keys = off",
      "cache_size = -1048576",
      "temp_store = memory",
    ]) {
      db.run(`pragma ${pragma}`);
    }
    const names = LARGE.map((name) => `'${name}'`).join(",");
    const indices = db
      .query<{ name: string; sql: string }, []>(
        `select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (${names})`,
      )
      .all();
    for (const { name } of indices) db.run(`drop index ${name}`);
    insert(db, rowsOf(plans, size));
    for (const { sql } of indices) db.run(sql);
    findable(db);
    db.run("pragma journal_mode = wal");
  } finally {
    db.close();
  }
}

function insert(db: Database, rows: Rows): void {
  const into = (table: TableName): Statement => {
    const columns = COLUMNS[table].split(" ");
    const marks = columns.map(() => "?").join(",");
    return db.prepare(`insert into ${table} (${columns.join(",")}) values (${marks})`);
  };
  const [post, media, postMedia, quote] = [
    into("post"),
    into("media"),
    into("post_media"),
    into("quote"),
  ];
  const [board, thread] = [into("board"), into("thread")];
  db.run("begin");
  for (const row of rows.boards) board.run(...row);
  for (const row of rows.threads) thread.run(...row);
  let count = 0;
  for (const made of rows.posts()) {
    post.run(...made.post);
    runIf(media, made.media);
    runIf(postMedia, made.postMedia);
    runIf(quote, made.quote);
    count += 1;
    if (count % BATCH === 0) {
      db.run("commit");
      db.run("begin");
    }
  }
  db.run("commit");
}

function runIf(statement: Statement, row: Row | null): void {
  if (row !== null) statement.run(...row);
}

/** The index of words, as indexPost in the board's store/search.ts writes it. */
function findable(db: Database): void {
  const fill = db.prepare(
    `insert into post_search (rowid, board, words)
     select id, 'egideboard' || boardId, subject || char(10) || text from post where id > ? and id <= ?`,
  );
  const { last } = db.query<{ last: number }, []>("select max(id) as last from post").get() ?? {
    last: 0,
  };
  for (let from = 0; from < last; from += BATCH) {
    db.transaction(() => fill.run(from, from + BATCH))();
  }
}
