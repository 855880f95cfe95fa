import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Full text, each engine's own. The board stands in the text as a word, so that one index answers. */
export const search: Migration = {
  name: "0011-search",
  async up(db, engine) {
    await ddl(db, engine, engine === "sqlite" ? SQLITE : POSTGRES);
  },
};

// The words alone are kept: texts are in the table of posts (fts5, section 4.4.4).
const SQLITE = `
create virtual table post_search using fts5(
  board, words, content='', contentless_delete=1, detail=column,
  tokenize='unicode61 remove_diacritics 2'
);`;

const POSTGRES = `
create table post_search (postId $int primary key, document tsvector not null);
create index post_search_document on post_search using gin (document);`;
