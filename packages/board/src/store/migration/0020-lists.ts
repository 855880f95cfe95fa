import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Filters, lists of known hashes, and sketches of removed texts. */
export const lists: Migration = {
  name: "0020-lists",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
create table filter (
  id $id, boardId $int, kind $text not null, pattern $text not null, fields $text not null,
  action $text not null, replacement $text not null, messageEn $text, messageFr $text,
  createdAt $int not null, createdBy $text not null
) $strict;
create index filter_board on filter (boardId);

create table hash_list (
  id $id, name $text not null unique, category $text not null, enabled $int not null,
  createdAt $int not null
) $strict;

create table hash_entry (
  id $id, listId $int not null references hash_list (id), signal $text not null,
  value $text not null, tags $text not null, createdAt $int not null
) $strict;
create unique index hash_entry_value on hash_entry (listId, signal, value);

create table removed_text (
  id $id, postId $int not null unique, category $text not null, sketch $bytes not null,
  createdAt $int not null
) $strict;
`;
