import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** What is said to the protection provider and heard from it, and who is called at night. */
export const provider: Migration = {
  name: "0040-provider",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
create table escalation (
  id $text primary key, itemId $int not null, at $int not null, by $text not null,
  xarf $text not null, deliveredAt $int, reference $text, sequence $int not null, state $text,
  text $text not null, stateAt $int
) $strict;
create index escalation_item on escalation (itemId, at);

create table abuse_seen (
  id $text primary key, at $int not null
) $clustered;
create index abuse_seen_at on abuse_seen (at);

create table inbox_notice (
  id $id, message $text not null unique, at $int not null, type $text not null,
  reference $text not null, body $text not null, answerBy $int, state $text not null,
  readBy $text, readAt $int, answer $text not null
) $strict;

create table alert (
  id $id, itemId $int not null, raisedAt $int not null, level $int not null, nextAt $int,
  token $text not null unique, acknowledgedBy $text, acknowledgedAt $int
) $strict;
create index alert_waiting on alert (nextAt) where nextAt is not null;
create index alert_item on alert (itemId);

create table tombstone (
  actId $text primary key, removedAt $int not null, body $text not null, edgeAt $int,
  providerAt $int
) $clustered;
`;
