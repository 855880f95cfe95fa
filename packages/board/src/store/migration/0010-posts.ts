import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/** Boards, threads, posts and their files. */
export const posts: Migration = {
  name: "0010-posts",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
create table board (
  id $id, uri $text not null unique, title $text not null, subtitle $text not null,
  state $text not null, ownerId $text, createdAt $int not null, settings $text not null,
  lastNo $int not null, rulesVersion $int not null, version $int not null, lastPostAt $int,
  listed $int not null
) $strict;

create table thread (
  boardId $int not null references board (id), no $int not null, createdAt $int not null,
  bumpedAt $int not null, subject $text not null, sticky $int not null, locked $int not null,
  bumpLocked $int not null, cyclic $int not null, archivedAt $int, replies $int not null,
  media $int not null, state $text not null, version $int not null, lastNo $int not null,
  changedAt $int not null,
  primary key (boardId, no)
) $clustered;
create index thread_live on thread (boardId, sticky desc, bumpedAt desc, no desc)
  where archivedAt is null and state = 'visible';
create index thread_archive on thread (boardId, archivedAt desc, no desc)
  where archivedAt is not null and state = 'visible';
create index thread_bumped on thread (bumpedAt desc)
  where archivedAt is null and state = 'visible';

create table post (
  id $id, boardId $int not null references board (id), no $int not null, threadNo $int not null,
  createdAt $int not null, name $text not null, trip $text, capcode $text, subject $text not null,
  sage $int not null, text $text not null, html $text not null, posterId $text, country $text,
  sessionHash $text, addressHash $text, prefixHash $text, addressPeriod $int, deletion $text,
  state $text not null, editedAt $int, editedBy $text, files $text not null,
  backlinks $text not null, dice $text not null, version $int not null
) $strict;
create unique index post_no on post (boardId, no);
create index post_thread on post (boardId, threadNo, no);
create index post_session on post (sessionHash, createdAt) where sessionHash is not null;
create index post_address on post (addressHash, createdAt) where addressHash is not null;
create index post_prefix on post (prefixHash, createdAt) where prefixHash is not null;
create index post_created on post (createdAt);

create table media (
  sha256 $text primary key, md5 $text not null, pdq $text, kind $text not null, width $int,
  height $int, bytes $int not null, durationMs $int, thumb $text, state $text not null,
  createdAt $int not null
) $clustered;
create index media_md5 on media (md5);

create table post_media (
  postId $int not null references post (id) on delete cascade, position $int not null,
  sha256 $text not null references media (sha256), originalHash $text not null,
  filename $text not null, spoiler $int not null,
  primary key (postId, position)
) $clustered;
create index post_media_file on post_media (sha256);
create index post_media_original on post_media (originalHash);

create table quote (
  fromPostId $int not null references post (id) on delete cascade, boardId $int not null,
  no $int not null,
  primary key (fromPostId, boardId, no)
) $clustered;
create index quote_target on quote (boardId, no);

create table post_edit (
  id $id, postId $int not null references post (id) on delete cascade, at $int not null,
  staffId $text not null, reason $text not null, subject $text not null, text $text not null
) $strict;
create index post_edit_post on post_edit (postId);

create table address_trace (
  postId $int primary key, address $text not null, createdAt $int not null, held $int not null
) $clustered;
create index address_trace_age on address_trace (createdAt);

create table watch (
  sessionHash $text not null, boardId $int not null, threadNo $int not null, seenNo $int not null,
  createdAt $int not null,
  primary key (sessionHash, boardId, threadNo)
) $clustered;
create index watch_thread on watch (boardId, threadNo);
`;
