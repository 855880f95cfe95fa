import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Queue, acts, bans, appeals, rules, holds, staff and their log. */
export const moderation: Migration = {
  name: "0030-moderation",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
create table queue_item (
  id $id, postId $int not null unique, boardId $int not null, threadNo $int not null,
  no $int not null, category $text not null, lane $int not null, dueAt $int not null,
  state $text not null, waiting $int not null, openedAt $int not null, firstLookAt $int,
  decidedAt $int, decidedBy $text, outcome $text, reports $int not null, held $text
) $strict;
create index queue_waiting on queue_item (lane, dueAt, id) where waiting = 1;
create index queue_board on queue_item (boardId, lane, dueAt, id) where waiting = 1;

create table report (
  id $id, itemId $int not null references queue_item (id), postId $int not null,
  boardId $int not null, category $text not null, text $text not null, source $text not null,
  at $int not null, receipt $text not null unique, sessionHash $text, firstLookAt $int,
  decidedAt $int, outcome $text, contestedAt $int, contestText $text, final $int not null
) $strict;
create index report_item on report (itemId, at);
create index report_session on report (sessionHash, at) where sessionHash is not null;
create index report_time on report (at);

create table act (
  id $text primary key, at $int not null, staffId $text not null, kind $text not null,
  boardId $int not null, threadNo $int, no $int, postId $int, ruleId $text, ruleBoardId $int,
  ruleVersion $int, reason $text not null, endsAt $int, state $text not null,
  stateAt $int not null, stateBy $text, before $text not null, after $text not null, batch $text,
  sessionHash $text, toldAt $int
) $strict;
create index act_board on act (boardId, at);
create index act_time on act (at);
create index act_post on act (postId, at) where postId is not null;
create index act_untold on act (sessionHash) where toldAt is null and sessionHash is not null;

create table ban (
  id $id, actId $text not null references act (id), scope $text not null, boardId $int,
  threadNo $int, target $text not null, hash $text not null, startsAt $int not null, endsAt $int,
  liftedAt $int
) $strict;
create index ban_hash on ban (hash);
create index ban_act on ban (actId);

create table appeal (
  id $id, actId $text not null unique references act (id), boardId $int not null,
  actBy $text not null, text $text not null, lang $text not null, sentAt $int not null,
  state $text not null, decidedBy $text, decidedAt $int, answer $text not null
) $strict;
create index appeal_open on appeal (sentAt) where state = 'open';

create table rule_set (
  boardId $int not null, version $int not null, at $int not null, staffId $text not null,
  rules $text not null, primary key (boardId, version)
) $clustered;

create table hold (
  id $id, reason $text not null, authority $text not null, reference $text not null,
  placedBy $text not null, placedAt $int not null, state $text not null, requestedBy $text,
  releasedBy $text, releasedAt $int
) $strict;
create table hold_item (
  holdId $int not null references hold (id), postId $int not null, sealed $text not null,
  hash $text not null, primary key (holdId, postId)
) $clustered;
create index hold_post on hold_item (postId);

create table staff (
  id $text primary key, name $text not null, addedAt $int not null
) $clustered;
create table staff_grant (
  staffId $text not null references staff (id), role $text not null, boardId $int not null,
  at $int not null, by $text not null, primary key (staffId, role, boardId)
) $clustered;

create table staff_log (
  seq $int primary key, at $int not null, staff $text not null, action $text not null,
  boardId $int, subject $text not null, detail $text not null, previous $text not null,
  hash $text not null
) $strict;
create index staff_log_board on staff_log (boardId, seq);
create table staff_log_head (
  id $int primary key, seq $int not null, hash $text not null
) $strict;
insert into staff_log_head (id, seq, hash) values (1, 0, '${"0".repeat(64)}');
`;
