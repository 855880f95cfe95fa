import { contest, takeReport } from "#moderation/service/report.ts";
import {
  type Choice,
  type History,
  type Outcome,
  pick,
  attempt,
  tryTo,
  expectThat,
  wordsFor,
  markerOf,
  itemOf,
  placeOf,
  DAY,
  LETTERS,
  uriOf,
} from "#moderation/testing/history/history.ts";
import { boardOf, stateOf, type ModelPost } from "#moderation/testing/history/model.ts";
import { BOARDS } from "#moderation/testing/history/world.ts";
import { deleteOwn } from "#thread/delete.ts";
import { post } from "#thread/posting/post.ts";
import { draftOf, fileOf } from "#thread/testing/rig.ts";

export async function openThread(history: History, choice: Choice): Promise<Outcome> {
  return write(history, choice, pick([1, 2, 3], choice.a) ?? 1, null);
}

export async function reply(history: History, choice: Choice): Promise<Outcome | null> {
  const { model } = history;
  // Mostly where anybody would: now and then to what nobody sees.
  const openings = model.standing.filter(
    (one) => one.opens && (choice.c % 8 === 0 || model.isThreadShown(one.thread)),
  );
  const opening = pick(openings, choice.a);
  return opening === undefined ? null : write(history, choice, boardOf(opening), opening);
}

async function write(
  history: History,
  { b, c }: Choice,
  boardId: number,
  opening: ModelPost | null,
): Promise<Outcome> {
  const { world, model } = history;
  const { store, clock, media, threads } = world;
  const db = store.kysely;
  const session = `s${b % 4}`;
  if (c % 5 !== 0) await readDecisions(history, session);
  const letters = LETTERS.filter((_letter, i) => (b >> (2 + i)) % 4 === 0).slice(0, 2);
  const files = letters.map(fileOf);
  const row =
    opening === null
      ? null
      : await db
          .selectFrom("post")
          .innerJoin("thread", (join) =>
            join
              .onRef("thread.boardId", "=", "post.boardId")
              .onRef("thread.no", "=", "post.threadNo"),
          )
          .select(["thread.no", "thread.archivedAt"])
          .where("post.id", "=", opening.id)
          .executeTakeFirstOrThrow();
  const away = await db
    .selectFrom("media")
    .select("sha256")
    .where("state", "!=", "stored")
    .execute();
  const isFound = files.some(({ sha256 }) => model.isListOn && model.known.has(sha256));
  // What a board's own staff put away is held on that board, what the site did everywhere.
  const mayBeHeld = files.some(({ sha256 }) => away.some((one) => one.sha256 === sha256));
  const words = wordsFor(history);
  const others = model.standing.filter((one) => boardOf(one) === boardId);
  const quoted = c % 3 === 0 ? pick(others, c) : undefined;
  const no =
    quoted === undefined
      ? undefined
      : await db.selectFrom("post").select("no").where("id", "=", quoted.id).executeTakeFirst();
  const poster = draftOf("").poster;
  const draft = draftOf(uriOf(boardId), {
    threadNo: row?.no ?? null,
    text: no === undefined ? words : `>>${no.no}\n${words}`,
    password: session,
    poster: { ...poster, sessionHash: session, addressHash: null, prefixHash: null, address: null },
  });
  const take = async () => {
    for (const { sha256, kind } of files) {
      await media.put({ sha256, kind, thumb: false }, sha256);
      await media.put({ sha256, kind, thumb: true }, sha256);
    }
    return files;
  };
  const unread = model.acts.some(
    ({ post, kind, stands, told }) =>
      post.session === session && kind !== "approve" && stands && !told,
  );
  const thread = opening?.thread ?? null;
  const isRefused =
    model.closed.has(boardId) ||
    (opening !== null && (!model.isThreadShown(opening.thread) || row?.archivedAt !== null)) ||
    unread ||
    model.isBanned(session, boardId, thread, clock.now());
  const { said, made } = await tryTo(post(threads, draft, { count: files.length, take }));
  expectThat(
    (said !== "done") === isRefused,
    `posting should ${isRefused ? "" : "not "}be refused: ${said}`,
  );
  if (made === null) return { said };
  const { postId, state } = made;
  const approval = BOARDS[boardId - 1]?.[1].approval;
  const waits =
    isFound ||
    (approval?.media === true && files.length > 0) ||
    (approval?.threads === true && opening === null);
  expectThat(state === "held" || !waits, "what should wait is shown");
  expectThat(state === "visible" || waits || mayBeHeld, "what waits for nothing is held");
  model.posts.push({
    id: postId,
    opens: opening === null,
    thread: thread ?? { places: [{ act: null, to: boardId }], ended: false },
    session,
    files: files.map(({ sha256 }) => sha256),
    marker: markerOf(history.written),
    states: [{ act: null, to: state }],
    gone: false,
  });
  return {
    said: `${said}: post ${postId} on board ${boardId} ${state} ${letters.join("")}`,
    erases: true,
  };
}

/** Whoever is told of what was decided may post again. */
async function readDecisions({ world, model }: History, session: string): Promise<void> {
  for (const one of model.acts) {
    if (one.post.session !== session || one.kind === "approve" || one.told || !one.stands) continue;
    await world.due.decision(world.due.decisionPath(one.id).replace("/decision/", ""), session);
    for (const other of model.acts) {
      const isSame = other === one || (one.batch !== null && other.batch === one.batch);
      if (isSame && other.post.session === session) other.told = true;
    }
  }
}

export async function report(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model, receipts } = history;
  const about = pick(model.standing, a);
  if (about === undefined) return null;
  const category = pick(["spam", "hate", "child-abuse", "threat-to-life"] as const, b) ?? "spam";
  const item = await itemOf(history, about);
  const words = { text: "", source: "visitor", sessionHash: `s${c % 4}` } as const;
  const { said, made } = await tryTo(
    takeReport(world.deps, { postId: about.id, category, ...words }),
  );
  if (made !== null) receipts.push(made);
  expectThat((said === "done") === (stateOf(about) !== "removed"), `a report was: ${said}`);
  if (said !== "done" || category !== "child-abuse" || stateOf(about) !== "visible") {
    return { said: `${said}: ${category} of ${about.id}` };
  }
  // Staff may have looked at it before, and found nothing: then it stays, but need not have.
  const now = await stateIn(history, about);
  if (item === undefined) expectThat(now === "held", "a grave report hides what nobody looked at");
  if (now === "held") about.states.push({ act: null, to: "held" });
  return { said: `${said}: ${category} of ${about.id}, ${now}` };
}

async function stateIn({ world }: History, { id }: ModelPost) {
  const query = world.store.kysely.selectFrom("post").select("state").where("id", "=", id);
  return (await query.executeTakeFirst())?.state;
}

export async function sendAppeal(
  { world, model }: History,
  { a }: Choice,
): Promise<Outcome | null> {
  const one = pick(model.acts, a);
  if (one === undefined) return null;
  const token = world.due.decisionPath(one.id).replace("/decision/", "");
  const row = await world.store.kysely
    .selectFrom("act")
    .select("state")
    .where("id", "=", one.id)
    .executeTakeFirstOrThrow();
  const said = await attempt(world.due.appeal(token, "Why?", "en"));
  const isOpen =
    one.kind !== "approve" &&
    row.state !== "undone" &&
    !one.appealed &&
    world.clock.now() <= one.at + 183 * DAY;
  expectThat((said === "done") === isOpen, `an appeal was: ${said}`);
  if (said === "done") one.appealed = true;
  return { said: `${said}: appeal against ${one.kind} of ${one.post.id}` };
}

export async function contestReport(
  { world, receipts }: History,
  { a }: Choice,
): Promise<Outcome | null> {
  const receipt = pick(receipts, a);
  if (receipt === undefined) return null;
  const before = await world.due.reportState(receipt);
  const said = await attempt(contest(world.deps, receipt, "Look again."));
  expectThat((said === "done") === before.contestable, `contesting was: ${said}`);
  return { said: `${said}: contest` };
}

export async function deletePost(history: History, { a, b }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const about = pick(model.standing, a);
  if (about === undefined) return null;
  const sessionHash = b % 3 === 0 ? `s${b % 4}` : about.session;
  const { uri, no } = await placeOf(history, about);
  const said = await attempt(deleteOwn(world.threads, uri, no, { sessionHash, password: "" }));
  if (said === "done") expectThat(sessionHash === about.session, "deleted by somebody else");
  const what = `${said}: ${sessionHash} deletes ${about.id}`;
  return said === "done" ? { said: what, erases: true } : { said: what };
}
