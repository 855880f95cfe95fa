import { openStore } from "@egide/board/store/open.ts";
import { postgresPrograms } from "@egide/testkit/postgres.ts";
import { join } from "node:path";
import type { BoardPlan, Size } from "./plan.ts";
import { COLUMNS, type Row, rowsOf, type TableName } from "./rows.ts";

const BATCH = 1000;

/** Fills an empty database, and gathers the statistics that autovacuum would have gathered. */
export async function fillPostgres(
  url: string,
  plans: readonly BoardPlan[],
  size: Size,
): Promise<void> {
  await (await openStore(url)).close();
  const rows = rowsOf(plans, size);
  await copy(url, "board", rows.boards);
  await copy(url, "thread", rows.threads);
  const [media, postMedia, quotes]: [Row[], Row[], Row[]] = [[], [], []];
  const posts = function* (): Generator<Row> {
    for (const made of rows.posts()) {
      if (made.media !== null) media.push(made.media);
      if (made.postMedia !== null) postMedia.push(made.postMedia);
      if (made.quote !== null) quotes.push(made.quote);
      yield made.post;
    }
  };
  await copy(url, "post", posts());
  await copy(url, "media", media);
  await copy(url, "post_media", postMedia);
  await copy(url, "quote", quotes);
  await psql(
    url,
    `insert into post_search select id, to_tsvector('simple', 'egideboard' || "boardId" || ' ' || subject || ' ' || text) from post;
     select setval(pg_get_serial_sequence('post', 'id'), (select max(id) from post));
     select setval(pg_get_serial_sequence('board', 'id'), (select max(id) from board));
     analyze`,
  );
}

async function copy(url: string, table: TableName, rows: Iterable<Row>): Promise<void> {
  const columns = COLUMNS[table].split(" ").map((name) => `"${name}"`);
  const lines = function* (): Generator<string> {
    let batch = "";
    let count = 0;
    for (const row of rows) {
      batch += `${row.map(escaped).join("\t")}\n`;
      count += 1;
      if (count % BATCH > 0) continue;
      yield batch;
      batch = "";
    }
    yield batch;
  };
  await psql(url, `copy ${table} (${columns.join(",")}) from stdin`, lines());
}

/** The text format of COPY. */
function escaped(value: string | number | null): string {
  if (value === null) return String.raw`\N`;
  return String(value)
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\t", String.raw`\t`);
}

async function psql(url: string, sql: string, input: Iterable<string> = []): Promise<void> {
  const program = join(postgresPrograms() ?? "", "psql");
  const child = Bun.spawn([program, "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  });
  for (const text of input) {
    void child.stdin.write(text);
    await child.stdin.flush();
  }
  await child.stdin.end();
  const problem = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`psql: ${problem}`);
}
