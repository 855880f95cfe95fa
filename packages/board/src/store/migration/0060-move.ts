import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** What was brought over from elsewhere, and who is invited to look after it. */
export const move: Migration = {
  name: "0060-move",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
create table import_board (
  source $text not null, uri $text not null, boardId $int not null references board (id),
  startedAt $int not null, linkedNo $int not null, doneAt $int, primary key (source, uri)
) $clustered;

create table import_row (
  source $text not null, origin $text not null, originRow $text not null, at $int not null,
  primary key (source, origin, originRow)
) $clustered;

create table old_file (
  address $text primary key, sha256 $text not null
) $clustered;
create index old_file_sha256 on old_file (sha256);

create table invitation (
  id $id, token $text not null unique, name $text not null, role $text not null,
  boardId $int not null, at $int not null, endsAt $int not null, usedAt $int, usedBy $text
) $strict;
`;
