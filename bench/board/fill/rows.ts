import { createHash } from "node:crypto";
import { seeded } from "@egide/std/random.ts";
import type { BoardPlan, Size } from "./plan.ts";
import { textOf, vocabulary } from "./text.ts";

export type Row = readonly (string | number | null)[];

/** Columns of the tables that are filled, in the order of the rows' values. */
export const COLUMNS = {
  board:
    "id uri title subtitle state ownerId createdAt settings lastNo rulesVersion version lastPostAt listed",
  thread:
    "boardId no createdAt bumpedAt subject sticky locked bumpLocked cyclic archivedAt replies media state version lastNo changedAt",
  post: "id boardId no threadNo createdAt name trip capcode subject sage text html posterId country sessionHash addressHash prefixHash addressPeriod deletion state editedAt editedBy files backlinks dice version",
  media: "sha256 md5 pdq kind width height bytes durationMs thumb state createdAt",
  post_media: "postId position sha256 originalHash filename spoiler",
  quote: "fromPostId boardId no",
} as const;

export type TableName = keyof typeof COLUMNS;

/** One post with what belongs to it. */
export interface PostRows {
  readonly post: Row;
  readonly media: Row | null;
  readonly postMedia: Row | null;
  readonly quote: Row | null;
}

export interface Rows {
  readonly boards: readonly Row[];
  readonly threads: readonly Row[];
  /** In the order of their time, all boards in turn. */
  posts(): Generator<PostRows>;
}

/** The newest post is of this moment, whenever the site is filled; the oldest is a year older. */
const NEWEST = Date.UTC(2026, 8, 1);
const YEAR = 365 * 86_400_000;
const PEOPLE = 50_000;
/** So that nothing of the archive falls due while the bench runs. */
const SETTINGS = JSON.stringify({ archiveDays: 36_500 });

/** What a site of this size holds: the same for the same seed. */
export function rowsOf(plans: readonly BoardPlan[], { seed }: Size): Rows {
  const random = seeded(seed);
  const words = vocabulary(random);
  const timeOf = (plan: BoardPlan, no: number): number =>
    NEWEST - Math.round((plan.posts - no) * (YEAR / plan.posts));
  const subjects = plans.map(
    ({ threads }) => new Map(threads.map(({ no }) => [no, subjectOf(textOf(words, random))])),
  );
  const longest = Math.max(...plans.map(({ posts }) => posts));
  return {
    boards: plans.map(({ uri, posts }, at) => [
      at + 1,
      uri,
      `Bench ${at}`,
      "",
      "open",
      null,
      NEWEST - YEAR,
      SETTINGS,
      posts,
      1,
      posts,
      NEWEST,
      1,
    ]),
    threads: plans.flatMap((plan, at) =>
      plan.threads.map(({ no, replies, files, lastNo, live }) => {
        const changed = timeOf(plan, lastNo);
        const subject = subjects[at]?.get(no) ?? "";
        return [
          at + 1,
          no,
          timeOf(plan, no),
          changed,
          subject,
          0,
          0,
          0,
          0,
          live ? null : changed,
          replies,
          files,
          "visible",
          1 + replies,
          lastNo,
          changed,
        ];
      }),
    ),
    *posts() {
      let id = 0;
      for (let no = 1; no <= longest; no += 1) {
        for (const [at, plan] of plans.entries()) {
          if (no > plan.posts) continue;
          id += 1;
          const subject = subjects[at]?.get(no) ?? "";
          const text = textOf(words, random);
          const who = `bench-person-${Math.floor(random() * PEOPLE)}`;
          yield postRows(plan, { id, boardId: at + 1, no, subject, text, who }, timeOf(plan, no));
        }
      }
    },
  };
}

function subjectOf(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 40) ?? "";
}

interface Written {
  readonly id: number;
  readonly boardId: number;
  readonly no: number;
  readonly subject: string;
  readonly text: string;
  readonly who: string;
}

function postRows(plan: BoardPlan, post: Written, at: number): PostRows {
  const { id, boardId, no, subject, who } = post;
  const thread = plan.threadOf[no] as number;
  const quoted = plan.quotes[no] as number;
  const text = quoted === 0 ? post.text : `>>${quoted}\n${post.text}`;
  // As the board renders it: words need no escaping.
  const link = `<a href="/${plan.uri}/thread/${thread}#p${quoted}" class="quotelink">&gt;&gt;${quoted}</a><br>`;
  const html = (quoted === 0 ? "" : link) + post.text.replaceAll("\n", "<br>");
  const backlinks = plan.quotedBy.get(no)?.slice(-100);
  const links = backlinks?.map((from) => ({ board: plan.uri, threadNo: thread, no: from })) ?? [];
  const file = plan.pictured[no] === 1 ? pictureOf(plan.uri, no) : null;
  return {
    post: [
      id,
      boardId,
      no,
      thread,
      at,
      "Anonymous",
      null,
      null,
      subject,
      0,
      text,
      html,
      null,
      null,
      who,
      who,
      who,
      1,
      null,
      "visible",
      null,
      null,
      file === null ? "[]" : JSON.stringify([{ ...file, spoiler: false, state: "stored" }]),
      links.length === 0 ? "[]" : JSON.stringify(links),
      "[]",
      1 + links.length,
    ],
    media:
      file === null
        ? null
        : [
            file.sha256,
            file.md5,
            null,
            file.kind,
            file.width,
            file.height,
            file.bytes,
            null,
            JSON.stringify(file.thumb),
            "stored",
            at,
          ],
    postMedia: file === null ? null : [id, 0, file.sha256, file.sha256, file.filename, 0],
    quote: quoted === 0 ? null : [id, boardId, quoted],
  };
}

/** A picture as a post shows it. There is no file behind it: pages name files, and open none. */
function pictureOf(uri: string, no: number) {
  const sha256 = createHash("sha256").update(`${uri} ${no}`).digest("hex");
  return {
    sha256,
    md5: sha256.slice(0, 32),
    kind: "jpeg",
    filename: `picture-${no}.jpg`,
    bytes: 60_000 + (no % 90_000),
    width: 800,
    height: 600,
    durationMs: null,
    thumb: { width: 250, height: 188, kind: "webp" },
  } as const;
}
