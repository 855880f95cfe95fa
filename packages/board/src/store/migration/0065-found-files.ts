import { ddl } from "@egide/sql/ddl.ts";
import type { Migration } from "@egide/sql/migrate.ts";

/**
 * What a list found is kept with the file that it is about. Of posts that were found before, those are
 * the files that were sealed with it; where none is, the row stands for the post alone.
 */
export const foundFiles: Migration = {
  name: "0065-found-files",
  up: (db, engine) => ddl(db, engine, TABLES),
};

const TABLES = `
alter table detection rename to detection_of_post;
drop index detection_at;
create table detection (
  postId $int not null, sha256 $text not null default '', at $int not null,
  primary key (postId, sha256)
) $clustered;
insert into detection (postId, sha256, at)
  select found.postId, file.sha256, found.at
  from detection_of_post as found
  join post_media on post_media.postId = found.postId
  join media as file on file.sha256 = post_media.sha256
  where file.state = 'sealed'
  group by found.postId, file.sha256, found.at;
insert into detection (postId, at)
  select postId, at from detection_of_post
  where postId not in (select postId from detection);
drop table detection_of_post;
create index detection_at on detection (at);
create index detection_file on detection (sha256) where sha256 <> '';
`;
