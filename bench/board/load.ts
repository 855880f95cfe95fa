import { Database } from "bun:sqlite";

const WORDS =
  "harbour lantern quiet window seven copper garden morning bridge paper winter station orange slow".split(
    " ",
  );

function text(seed: number): string {
  return Array.from({ length: 24 }, (_, at) => WORDS[(seed * 7 + at * seed) % WORDS.length]).join(
    " ",
  );
}

/** Fills an empty board's file: boards of 2,000 threads each, of which 150 are live. */
export function load(path: string, threads: number, posts: number): number {
  const db = new Database(path);
  db.run("pragma synchronous = off");
  const boards = Math.max(1, Math.ceil(threads / 2000));
  const replies = Math.max(1, Math.round(posts / threads) - 1);
  const now = Date.now();
  const board = db.prepare(
    "insert into board (uri,title,subtitle,state,ownerId,createdAt,settings,lastNo,rulesVersion,version,lastPostAt,listed) values (?,?,'','open',null,?,'{}',?,1,1,?,1) returning id",
  );
  const thread = db.prepare("insert into thread values (?,?,?,?,?,0,0,0,0,?,?,0,'visible',1,?,?)");
  const post = db.prepare(
    "insert into post (boardId,no,threadNo,createdAt,name,subject,sage,text,html,sessionHash,addressHash,prefixHash,state,files,backlinks,dice,version) values (?,?,?,?,'Anonymous',?,0,?,?,?,?,?,'visible','[]','[]','[]',1) returning id",
  );
  const search = db.prepare("insert into post_search (rowid,board,words) values (?,?,?)");
  let made = 0;
  for (let index = 0; index < boards; index += 1) {
    const own = Math.min(2000, threads - index * 2000);
    const last = own * (replies + 1);
    db.transaction(() => {
      const { id } = board.get(`bench${index}`, `Bench ${index}`, now, last, now) as { id: number };
      for (let at = 0; at < own; at += 1) {
        const first = at * (replies + 1) + 1;
        const live = at >= own - 150;
        const when = now - (own - at) * 1000;
        thread.run(
          id,
          first,
          when,
          when,
          text(at),
          live ? null : when,
          replies,
          first + replies,
          when,
        );
        for (let no = first; no <= first + replies; no += 1) {
          const written = text(made);
          const who = `who${made % 5000}`;
          const subject = no === first ? written.slice(0, 20) : "";
          const row = post.get(id, no, first, when, subject, written, written, who, who, who);
          search.run((row as { id: number }).id, `egideboard${id}`, written);
          made += 1;
        }
      }
    })();
  }
  db.close();
  return made;
}
