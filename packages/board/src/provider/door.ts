import { randomUUID } from "node:crypto";
import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import { mediaTag } from "#media/serve.ts";
import { bothFiles, fileName } from "#media/store/name.ts";
import { factsOf } from "#moderation/category.ts";
import type { ProviderDoor, RemovedPost } from "#moderation/service/deps.ts";
import { notFound } from "#moderation/service/deps.ts";
import { isFrozen } from "#moderation/service/hold.ts";
import { raiseAlert } from "#provider/alert.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { KINDS, tell } from "#provider/message.ts";
import { type ReportedPost, xarfOf } from "#provider/xarf.ts";
import type { Db } from "#store/open.ts";

/** What the provider's side does within the transactions of moderation. */
export function providerDoor(deps: ProviderDeps): ProviderDoor {
  return {
    async lifeReported(trx, itemId, now) {
      await raiseAlert(trx, deps, itemId, now);
      if (deps.settings.lifeAtOnce) await escalateOnce(trx, deps, itemId, now);
    },
    escalate: (trx, itemId, by, now) => escalate(trx, deps, itemId, by, now),
    removed: (trx, posts, now) => bury(trx, deps, posts, now),
  };
}

/** One report for each time that a post waits: what is said of it again adds nothing. */
async function escalateOnce(
  trx: Db,
  deps: ProviderDeps,
  itemId: number,
  now: number,
): Promise<void> {
  const known = await trx
    .selectFrom("escalation")
    .innerJoin("queue_item", "queue_item.id", "escalation.itemId")
    .select("escalation.id")
    .where("itemId", "=", itemId)
    .whereRef("escalation.at", ">=", "queue_item.openedAt")
    .executeTakeFirst();
  if (known === undefined) await escalate(trx, deps, itemId, "automation", now);
}

async function escalate(
  trx: Db,
  deps: ProviderDeps,
  itemId: number,
  by: string,
  now: number,
): Promise<string> {
  const reportId = randomUUID();
  const post = await reportedPost(trx, itemId, reportId);
  const xarf = xarfOf(post, deps.settings, deps.siteUrl);
  await trx
    .insertInto("escalation")
    .values({
      id: reportId,
      itemId,
      at: now,
      by,
      xarf: JSON.stringify(xarf),
      deliveredAt: null,
      reference: null,
      sequence: 0,
      state: null,
      text: "",
      stateAt: null,
    })
    .execute();
  const lane = factsOf(post.category).lane === "ordinary" ? "ordinary" : "urgent";
  await tell(trx, deps, { kind: "report", body: xarf, key: `report:${reportId}`, lane }, now);
  return reportId;
}

async function reportedPost(trx: Db, itemId: number, reportId: string): Promise<ReportedPost> {
  const row = await trx
    .selectFrom("queue_item")
    .innerJoin("post", "post.id", "queue_item.postId")
    .innerJoin("board as home", "home.id", "post.boardId")
    .select([
      "queue_item.category",
      "queue_item.openedAt",
      "home.uri",
      "post.id",
      "post.threadNo",
      "post.no",
      "post.createdAt",
      "post.text",
      "post.subject",
      "post.state",
    ])
    .where("queue_item.id", "=", itemId)
    .executeTakeFirst();
  if (row === undefined) throw notFound();
  const media = await trx
    .selectFrom("post_media")
    .innerJoin("media as file", "file.sha256", "post_media.sha256")
    .select(["file.sha256", "file.md5", "file.pdq", "file.kind"])
    .where("postId", "=", row.id)
    .execute();
  const report = await trx
    .selectFrom("report")
    .select("text")
    .where("itemId", "=", itemId)
    .where("category", "=", row.category)
    .orderBy("at", "desc")
    .limit(1)
    .executeTakeFirst();
  return {
    reportId,
    itemId,
    category: row.category,
    board: row.uri,
    threadNo: row.threadNo,
    no: row.no,
    postedAt: row.createdAt,
    text: row.text,
    subject: row.subject,
    state: row.state,
    sealed: await isFrozen(trx, row.id),
    knownSince: row.openedAt,
    media,
    words: report?.text ?? "",
  };
}

/** Removed posts leave a tombstone: the edge drops its copies, and the provider is told to. */
async function bury(
  trx: Db,
  deps: ProviderDeps,
  posts: readonly RemovedPost[],
  now: number,
): Promise<void> {
  for (const post of posts) {
    const board = await trx
      .selectFrom("board")
      .select("uri")
      .where("id", "=", post.boardId)
      .executeTakeFirstOrThrow();
    const media = await trx
      .selectFrom("post_media")
      .innerJoin("media as file", "file.sha256", "post_media.sha256")
      .select(["file.sha256", "file.kind"])
      .where("postId", "=", post.postId)
      .execute();
    const files = media.flatMap(({ sha256, kind }) => bothFiles(sha256, kind).map(fileName));
    const body = {
      act: post.actId,
      removedAt: new Date(now).toISOString(),
      urls: [
        ...pagesOf(deps.siteUrl, board.uri, post.threadNo),
        ...files.map((name) => `${deps.siteUrl}/media/${name}`),
      ],
      media: media.map(({ sha256 }) => sha256),
    };
    await trx
      .insertInto("tombstone")
      .values({
        actId: post.actId,
        removedAt: now,
        body: JSON.stringify(body),
        edgeAt: null,
        providerAt: null,
      })
      .execute();
    const lane = "urgent";
    if (deps.edge !== null) {
      const key = `purge:${post.actId}`;
      // As api/ tags its pages: whatever shows the thread or the board goes, and the files with it,
      // whatever address they were asked for by.
      const pages = [`thread-${board.uri}-${post.threadNo}`, `board-${board.uri}`, "boards"];
      const tags = [...pages, ...body.media.map(mediaTag)];
      await enqueue(trx, { kind: KINDS.purge, key, payload: { body, tags }, lane }, now);
    }
    await tell(trx, deps, { kind: "tombstone", body, key: `tombstone:${post.actId}`, lane }, now);
  }
}

/** Every address under which a post of this thread can stand in a cache. */
export function pagesOf(siteUrl: string, board: string, threadNo: number): string[] {
  const at = `${siteUrl}/${board}`;
  return [
    `${at}/`,
    `${at}/catalog`,
    `${at}/catalog.json`,
    `${at}/threads.json`,
    `${at}/thread/${threadNo}`,
    `${at}/thread/${threadNo}.json`,
    `${at}/index.rss`,
    `${at}/index.atom`,
  ];
}
