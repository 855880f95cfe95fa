import { firstBroken } from "#moderation/chain.ts";
import { mayBeShown } from "#moderation/service/reach.ts";
import {
  boardOf,
  type ModelPost,
  type ModelThread,
  stateOf,
} from "#moderation/testing/history/model.ts";
import { type History, type Outcome, rowText } from "#moderation/testing/history/history.ts";
import { BOARDS } from "#moderation/testing/history/world.ts";
import { postsMadeAt } from "#store/by-time.ts";
import { isFileShown } from "#store/files.ts";
import { threadError } from "#thread/errors.ts";
import type { Post } from "#thread/model.ts";
import {
  readableBoard,
  readArchive,
  readCatalog,
  readGlance,
  readIndex,
  readNewest,
  readOverboard,
  readPost,
  readThread,
} from "#thread/read.ts";
import { searchPosts } from "#thread/search.ts";

/** What holds after every step, whatever happened; throws where something does not. */
export async function checkAll(
  history: History,
  waitingBefore: ReadonlySet<number>,
  outcome: Outcome,
): Promise<void> {
  await reconcile(history, waitingBefore, outcome.erases === true);
  await checkReaders(history);
  await checkCounts(history);
  await checkQueue(history);
  await checkActs(history);
  await checkHolds(history);
  await checkFiles(history);
}

function truth(isSo: boolean, what: () => string): void {
  if (!isSo) throw new Error(what());
}

/** The records say of every post what the model says; what is gone might go. */
async function reconcile(
  { world, model }: History,
  waitingBefore: ReadonlySet<number>,
  erases: boolean,
): Promise<void> {
  const db = world.store.kysely;
  const posts = await db
    .selectFrom("post")
    .select(["id", "boardId", "threadNo", "state"])
    .execute();
  const rows = new Map(posts.map((row) => [row.id, row]));
  const threads = await db.selectFrom("thread").select(["boardId", "no", "state"]).execute();
  const byPlace = new Map(threads.map((row) => [`${row.boardId}/${row.no}`, row]));
  for (const post of model.standing) {
    const row = rows.get(post.id);
    const mustStay = waitingBefore.has(post.id) || model.isFrozen(post);
    if (row === undefined) {
      truth(erases && !mustStay, () => `post ${post.id} is gone`);
      post.gone = true;
      continue;
    }
    if (erases && mustStay && row.state === "removed" && stateOf(post) !== "removed") {
      post.states.push({ act: null, to: "removed" });
    }
    truth(
      row.state === stateOf(post),
      () => `post ${post.id} is ${row.state}, not ${stateOf(post)}`,
    );
    truth(row.boardId === boardOf(post), () => `post ${post.id} is on board ${row.boardId}`);
    const thread = byPlace.get(`${row.boardId}/${row.threadNo}`);
    truth(thread !== undefined, () => `post ${post.id} has no thread`);
    if (erases && thread?.state === "removed" && !isOpeningRemoved(model.posts, post.thread)) {
      post.thread.ended = true;
    }
  }
  truth(rows.size === model.standing.length, () => "there are posts that nobody wrote");
}

function isOpeningRemoved(posts: readonly ModelPost[], thread: ModelThread): boolean {
  const opening = posts.find((one) => one.opens && one.thread === thread);
  return opening !== undefined && !opening.gone && stateOf(opening) === "removed";
}

/** Every way by which the public reads shows what is in sight, and nothing else. */
async function checkReaders({ world, model }: History): Promise<void> {
  const { store } = world;
  const db = store.kysely;
  const context = { store, previews: world.previews() };
  const shown = new Set(model.posts.filter((post) => model.isShown(post)).map(({ id }) => id));
  const only = (posts: readonly Post[], where: string): void => {
    for (const { id } of posts) truth(shown.has(id), () => `post ${id} stands in ${where}`);
  };
  const rows = await db
    .selectFrom("post")
    .select(["id", "boardId", "no", "threadNo", "createdAt"])
    .execute();
  for (const [i, [uri]] of BOARDS.entries()) {
    const board = await orNull(readableBoard(context, uri));
    truth((board === null) === model.closed.has(i + 1), () => `/${uri}/ should be closed, or open`);
    const own = rows.filter(({ boardId }) => boardId === i + 1);
    for (const { id, no, threadNo, createdAt } of own) {
      const found = await orNull(readPost(context, uri, no));
      truth(
        (found !== null) === shown.has(id),
        () => `post ${id} by its number: ${found !== null}`,
      );
      if (board !== null) only(await postsMadeAt(db, board, createdAt), "files by time");
      if (no !== threadNo) continue;
      const page = await orNull(readThread(context, uri, no));
      const stand = page === null ? [] : [page.opening, ...page.replies].map((one) => one.id);
      const should = own.filter((one) => one.threadNo === no && shown.has(one.id));
      const ids = should.map((one) => one.id).toSorted((a, b) => a - b);
      truth(
        String(stand.toSorted((a, b) => a - b)) === String(ids),
        () => `thread ${no} of /${uri}/ shows ${String(stand)}, not ${String(ids)}`,
      );
    }
    if (board === null) continue;
    const index = await readIndex(context, uri, 1);
    const lists = [
      ["the index", index.threads],
      ["the catalog", (await readCatalog(context, uri)).threads],
      ["the glance", (await readGlance(context, uri)).threads],
      ["the archive", (await readArchive(context, uri, null)).threads],
    ] as const;
    for (const [where, previews] of lists) {
      for (const { opening, replies } of previews) only([opening, ...replies], where);
    }
    only(await readNewest(context, uri, 50), "the feed");
  }
  for (const { opening, replies } of await readOverboard(context, 50)) {
    only([opening, ...replies], "the overboard");
  }
  const newest = await readNewest(context, null, 1000);
  only(newest, "the newest posts");
  truth(newest.length === shown.size, () => "the newest posts leave something out");
  for (const post of model.posts.slice(-12)) {
    const { posts } = await searchPosts({ store }, post.marker, null, null);
    truth(
      (posts.length === 1) === shown.has(post.id),
      () => `post ${post.id} is found ${posts.length} times`,
    );
    only(posts, "the search");
  }
}

async function orNull<One>(work: Promise<One>): Promise<One | null> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    const codes = [threadError("no_board"), threadError("no_thread"), threadError("no_post")];
    if (codes.some((one) => one.code === code)) return null;
    throw error;
  }
}

async function checkCounts({ world }: History): Promise<void> {
  const db = world.store.kysely;
  const threads = await db.selectFrom("thread").selectAll().execute();
  const posts = await db
    .selectFrom("post")
    .select(["id", "boardId", "no", "threadNo", "state"])
    .where("state", "=", "visible")
    .execute();
  const files = await db.selectFrom("post_media").select("postId").execute();
  for (const { boardId, no, replies, media } of threads) {
    const own = posts.filter((post) => post.boardId === boardId && post.threadNo === no);
    const ids = new Set(own.map(({ id }) => id));
    const counted = files.filter(({ postId }) => ids.has(postId)).length;
    const answers = own.filter((post) => post.no !== no).length;
    truth(
      replies === answers && media === counted,
      () => `thread ${boardId}/${no} counts ${replies} and ${media}, not ${answers} and ${counted}`,
    );
  }
}

/** What waits is in the queue, what is in the queue waits, and who reported hears what was decided. */
async function checkQueue({ world, model }: History): Promise<void> {
  const db = world.store.kysely;
  const items = await db.selectFrom("queue_item").selectAll().execute();
  const reports = await db.selectFrom("report").selectAll().execute();
  const byPost = new Map(items.map((item) => [item.postId, item]));
  for (const post of model.standing) {
    if (stateOf(post) !== "held") continue;
    const item = byPost.get(post.id);
    truth(
      item?.waiting === 1 && item.held !== null,
      () => `post ${post.id} is held, and nobody sees it`,
    );
  }
  for (const item of items) {
    const waits = item.state === "open" || item.state === "seen" || item.state === "contested";
    truth((item.waiting === 1) === waits, () => `entry ${item.id} waits, or does not`);
    const own = reports.filter(({ itemId }) => itemId === item.id);
    const now = own.filter(({ at }) => at >= item.openedAt);
    const post = model.posts.find(({ id }) => id === item.postId);
    truth(
      post !== undefined && (!waits || !post.gone || item.state === "contested"),
      () => `entry ${item.id} is about nothing`,
    );
    if (post !== undefined && !post.gone) {
      truth(
        item.boardId === boardOf(post),
        () => `entry ${item.id} is before another board's staff`,
      );
    }
    for (const { outcome, decidedAt } of own) {
      if (!now.some((one) => one.outcome === outcome)) continue;
      truth(
        (outcome === null) === (decidedAt === null),
        () => `a report on ${item.postId} has half an answer`,
      );
    }
    if (!waits) {
      truth(
        now.every(({ outcome }) => outcome === item.outcome),
        () => `reports on ${item.postId} are not answered`,
      );
    } else if (item.state !== "contested") {
      truth(
        now.every(({ outcome }) => outcome === null),
        () => `reports on ${item.postId} are answered too soon`,
      );
      const because = now.length > 0 || item.held !== null;
      truth(because, () => `entry ${item.id} waits for nothing`);
    }
    const earlier = own.filter(({ at }) => at < item.openedAt);
    truth(
      earlier.every(({ outcome }) => outcome !== null),
      () => `an earlier report on ${item.postId} was forgotten`,
    );
  }
}

async function checkActs({ world, model }: History): Promise<void> {
  const db = world.store.kysely;
  const acts = await db.selectFrom("act").selectAll().execute();
  truth(acts.length === model.acts.length, () => "there are acts that nobody did");
  for (const act of acts) {
    const own = model.acts.find(({ id }) => id === act.id);
    truth(own !== undefined, () => `act ${act.id} is nobody's`);
    const stands = act.state === "in-force" || act.state === "ended";
    truth(stands === own?.stands, () => `${act.kind} of ${act.postId} is ${act.state}`);
    truth(
      act.staffId !== "" && (act.kind === "approve" || (act.ruleId !== null && act.reason !== "")),
      () => `${act.kind} of ${act.postId} has no grounds`,
    );
  }
  const appeals = await db.selectFrom("appeal").selectAll().execute();
  truth(
    new Set(appeals.map(({ actId }) => actId)).size === appeals.length,
    () => "two appeals against one act",
  );
  for (const { actBy, decidedBy } of appeals)
    truth(actBy !== decidedBy, () => `${actBy} judged themselves`);
}

/** What is under legal hold is there as it was, with its files. */
async function checkHolds(history: History): Promise<void> {
  const { world, model } = history;
  for (const { posts, texts } of model.holds.values()) {
    for (const [i, post] of posts.entries()) {
      const now = await rowText(history, post);
      truth(now === texts[i], () => `post ${post.id} under legal hold became ${now}`);
      const kept = await world.store.kysely
        .selectFrom("post_media")
        .select("sha256")
        .where("postId", "=", post.id)
        .execute();
      truth(
        kept.length === post.files.length,
        () => `post ${post.id} under legal hold lost a file`,
      );
    }
  }
}

async function checkFiles({ world, model }: History): Promise<void> {
  const { store, media, edge } = world;
  const db = store.kysely;
  const files = await db.selectFrom("media").select(["sha256", "kind", "state"]).execute();
  const named = new Set(files.map(({ sha256 }) => sha256));
  for await (const { sha256 } of media.list()) {
    truth(named.has(sha256), () => `file ${sha256[0]} is nobody's`);
  }
  const all = await db.selectFrom("post_media").select("sha256").distinct().execute();
  for (const { sha256 } of all) truth(named.has(sha256), () => `file ${sha256[0]} has no row`);
  for (const { sha256, kind, state } of files) {
    const name = { sha256, kind, thumb: false };
    const isOpen = (await media.open(name)) !== null;
    const isSealed = (await media.openSealed(name)) !== null;
    truth(
      isOpen === (state === "stored") && isSealed === (state === "sealed"),
      () =>
        `file ${sha256[0]} is ${state}, but lies ${isOpen ? "open" : ""} ${isSealed ? "sealed" : ""}`,
    );
    const withIt = model.posts.filter((post) => !post.gone && post.files.includes(sha256));
    const isVisible = withIt.some((post) => stateOf(post) === "visible");
    const mayBe = await mayBeShown(db, sha256);
    truth(state !== "sealed" || !isVisible || !mayBe, () => `file ${sha256[0]} should be back`);
    const should = state === "stored" && withIt.some((post) => model.isShown(post));
    truth(
      (await isFileShown(db, sha256)) === should,
      () => `file ${sha256[0]} is shown: ${!should}`,
    );
    truth(
      !should || mayBe || wasApprovedAway(model.posts, sha256),
      () => `file ${sha256[0]} was found by a list, and is shown`,
    );
    if (should) edge.add(sha256);
    else if (store.engine === "sqlite") {
      truth(!edge.has(sha256), () => `an edge still has file ${sha256[0]}`);
    }
  }
  for (const sha256 of edge) {
    truth(
      named.has(sha256) || store.engine !== "sqlite",
      () => `an edge still has file ${sha256[0]}`,
    );
  }
}

/** The post by which the site vouched for a file may be deleted by its poster: that takes nothing back. */
function wasApprovedAway(posts: readonly ModelPost[], sha256: string): boolean {
  return posts.some((post) => post.gone && post.files.includes(sha256));
}

/** What is said to the public and kept for staff of all that happened: looked at once, at the end. */
export async function checkRecords({ world, model }: History): Promise<void> {
  const log = await world.store.kysely.selectFrom("staff_log").selectAll().orderBy("seq").execute();
  const broken = firstBroken(log);
  truth(broken === null, () => `the staff's log is broken at ${broken}`);
  const details = log.map(({ detail }) => detail).join("\n");
  const rows = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const part = await world.due.log(null, page, "en");
    pages = part.pages;
    rows.push(...part.acts);
  }
  const open = model.acts.filter(({ kind }) => kind !== "approve");
  truth(
    rows.length === open.length,
    () => `the public log has ${rows.length} of ${open.length} acts`,
  );
  const undone = rows.filter((row) => row.undone).length;
  truth(
    undone === open.filter(({ stands }) => !stands).length,
    () => "the public log says of other acts that they were undone",
  );
  truth(!/Because|Spam\.|mark/.test(JSON.stringify(rows)), () => "the public log holds words");
  for (const act of model.acts) {
    const isLogged = details.includes(act.id) || act.kind === "approve";
    truth(isLogged, () => `${act.kind} of ${act.post.id} is not in the staff's log`);
    const decision = await world.due.decision(
      world.due.decisionPath(act.id).replace("/decision/", ""),
      act.post.session,
    );
    if (act.kind === "approve") continue;
    truth(
      decision !== null && decision.reason !== "" && decision.rule !== null,
      () => `nobody is told of ${act.kind} of ${act.post.id}`,
    );
    truth(
      (decision?.state !== "undone" && decision?.state !== "reversed") === act.stands,
      () => `${act.kind} of ${act.post.id} is said to stand, or not`,
    );
  }
}
