import type { Measure } from "#moderation/act.ts";
import { type Permission } from "#moderation/permission.ts";
import { act } from "#moderation/service/act.ts";
import { decide } from "#moderation/service/appeal.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { changeHold, placeHold } from "#moderation/service/hold.ts";
import { removeLike } from "#moderation/service/pattern.ts";
import { answerFor } from "#moderation/service/post.ts";
import { dismiss, lookAt } from "#moderation/service/queue.ts";
import { undo } from "#moderation/service/undo.ts";
import {
  type Choice,
  type History,
  type Outcome,
  pick,
  attempt,
  tryTo,
  expectThat,
  someStaff,
  expectMayShow,
  expectAllowed,
  wordsFor,
  markerOf,
  placeOf,
  rowText,
  noteAct,
  DAY,
} from "#moderation/testing/history/history.ts";
import {
  boardOf,
  stateOf,
  type ModelAct,
  type ModelPost,
} from "#moderation/testing/history/model.ts";
import { BOARDS } from "#moderation/testing/history/world.ts";
import { editPost } from "#thread/edit.ts";

const ORDERS: readonly ((toBoardId: number) => readonly Measure[])[] = [
  () => [{ kind: "approve" }],
  () => [{ kind: "approve" }],
  () => [{ kind: "hide" }],
  () => [{ kind: "hide" }],
  () => [{ kind: "remove" }],
  () => [{ kind: "remove" }, { kind: "ban", scope: "board", target: "session" }],
  () => [{ kind: "warn" }],
  () => [{ kind: "hide" }, { kind: "warn" }],
  () => [{ kind: "hide" }, { kind: "remove" }],
  () => [{ kind: "ban", scope: "thread", target: "session" }],
  () => [{ kind: "ban", scope: "global", target: "session" }],
  (toBoardId) => [{ kind: "move", toBoardId }],
  (toBoardId) => [{ kind: "move", toBoardId }, { kind: "remove" }],
];

export async function actOn(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const { clock } = world;
  const about = pick(model.standing, a);
  if (about === undefined) return null;
  const actor = await someStaff(history, b);
  const toBoardId = 1 + (a % BOARDS.length);
  const measures = (pick(ORDERS, c) as (typeof ORDERS)[number])(toBoardId);
  const endsAt =
    measures.some(({ kind }) => kind === "ban") && c % 2 === 0 ? clock.now() + 3 * DAY : null;
  const order = { postId: about.id, measures, rule: "0:law", reason: `Because ${a}.`, endsAt };
  const { said, made } = await tryTo(act(world.deps, actor, order));
  const what = `${said}: ${actor.id} ${measures.map(({ kind }) => kind).join("+")} ${about.id}`;
  for (const [i, id] of (made ?? []).entries()) {
    const measure = measures[i] as Measure;
    const { kind } = measure;
    if (kind === "approve") await expectMayShow(history, actor, about);
    const boardId = boardOf(about);
    if (kind === "move") {
      expectAllowed(actor, "move", boardId);
      expectAllowed(actor, "move", toBoardId);
      const together = model.posts.filter((one) => one.thread === about.thread && !one.gone);
      expectThat(!together.some((one) => model.isFrozen(one)), "a post under legal hold was moved");
      expectThat(!model.closed.has(toBoardId), "a thread was moved to a closed board");
    }
    const done = await noteAct(history, id, kind === "move" ? toBoardId : null);
    if (measure.kind === "ban" && measure.scope !== "post") {
      model.bans.push({ act: done, scope: measure.scope, boardId, endsAt });
    }
  }
  return { said: what };
}

export async function dismissItem(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const db = world.store.kysely;
  const items = await db
    .selectFrom("queue_item")
    .selectAll()
    .where("waiting", "=", 1)
    .orderBy("id")
    .execute();
  const item = pick(items, a);
  if (item === undefined) return null;
  const actor = await someStaff(history, b);
  if (c % 3 === 0) {
    const said = await attempt(lookAt(world.deps, actor, item.id));
    return { said: `${said}: ${actor.id} looks at ${item.postId}` };
  }
  const about = model.posts.find(({ id }) => id === item.postId) as ModelPost;
  const isHeld = !about.gone && stateOf(about) === "held";
  const said = await attempt(dismiss(world.deps, actor, item.id, "Fine."));
  const what = { said: `${said}: ${actor.id} dismisses ${item.postId}` };
  if (said !== "done") return what;
  if (isHeld) await expectMayShow(history, actor, about);
  if (item.state === "contested") expectThat(item.decidedBy !== actor.id, "decided twice by one");
  const made = await db
    .selectFrom("act")
    .select("id")
    .where("at", "=", world.clock.now())
    .execute();
  for (const { id } of made) await noteAct(history, id, null);
  expectThat(!isHeld || stateOf(about) === "visible", "a dismissal shows what was held, by an act");
  return what;
}

export async function takeBack(history: History, { a, b }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const one = pick(model.acts, a);
  if (one === undefined) return null;
  const actor = await someStaff(history, b);
  const said = await attempt(undo(world.deps, actor, one.id, "A mistake."));
  const what = { said: `${said}: ${actor.id} undoes ${one.kind} of ${one.post.id}` };
  const isLate = world.clock.now() > one.at + 30 * DAY;
  if (said === "done") {
    expectThat(one.stands && !isLate, "what is over was undone");
    await afterTakingBack(history, actor, one, "undo");
    return what;
  }
  // An admin may undo anything in time, but what a legal hold keeps out of sight and in place.
  const isFree = !model.posts.some(
    (other) => other.thread === one.post.thread && model.isFrozen(other),
  );
  const isAdmin = actor.grants.some(({ role }) => role === "admin");
  const isMove = one.kind === "move" && model.closed.size > 0;
  expectThat(
    !(isAdmin && one.stands && !isLate && isFree && !isMove),
    `undoing was refused: ${said}`,
  );
  return what;
}

async function afterTakingBack(
  history: History,
  actor: Actor,
  one: ModelAct,
  permission: Permission,
): Promise<void> {
  const { model } = history;
  const { boardId } = await history.world.store.kysely
    .selectFrom("act")
    .select("boardId")
    .where("id", "=", one.id)
    .executeTakeFirstOrThrow();
  expectAllowed(actor, permission, one.byInstance ? null : boardId);
  const before = stateOf(one.post);
  model.takeBack(one);
  if (one.post.gone) return;
  if (before !== "visible" && stateOf(one.post) === "visible") {
    await expectMayShow(history, actor, one.post);
  }
}

export async function decideAppeal(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const open = await world.store.kysely
    .selectFrom("appeal")
    .selectAll()
    .where("state", "=", "open")
    .orderBy("id")
    .execute();
  const sent = pick(open, a);
  if (sent === undefined) return null;
  const actor = await someStaff(history, b);
  const verdict = pick(["kept", "reversed", "reversed", "eased"] as const, c) ?? "kept";
  const endsAt = verdict === "eased" ? world.clock.now() + DAY : null;
  const decision = { appealId: sent.id, verdict, answer: "It is so.", endsAt };
  const said = await attempt(decide(world.deps, actor, decision));
  const one = model.acts.find(({ id }) => id === sent.actId) as ModelAct;
  if (said === "done") {
    expectThat(actor.id !== one.by, "somebody judged themselves");
    if (verdict === "reversed" && one.stands) {
      await afterTakingBack(history, actor, one, "decideAppeals");
    }
    const ban = model.bans.find(({ act }) => act === one);
    if (verdict === "eased" && ban !== undefined) ban.endsAt = endsAt;
  }
  return { said: `${said}: ${actor.id} ${verdict} ${one.kind} of ${one.post.id}` };
}

export async function removeMany(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world } = history;
  const about = pick(history.model.standing, a);
  if (about === undefined) return null;
  const actor = await someStaff(history, b);
  const [sha256] = about.files;
  const likeness =
    c % 2 === 0 && sha256 !== undefined
      ? ({ by: "media", sha256 } as const)
      : ({ by: "session", postId: about.id } as const);
  const boardId = c % 3 === 0 ? null : boardOf(about);
  const order = {
    search: { boardId, since: world.clock.now() - DAY, likeness },
    ruleBoardId: boardOf(about),
    rule: "0:spam",
    reason: "Spam.",
  };
  const said = await attempt(removeLike(world.deps, actor, order));
  const made = await world.store.kysely
    .selectFrom("act")
    .select("id")
    .where("at", "=", world.clock.now())
    .execute();
  if (said === "done") expectAllowed(actor, "removePattern", boardId);
  for (const { id } of made) await noteAct(history, id, null);
  return { said: `${said}: ${actor.id} removes ${made.length} by ${likeness.by}` };
}

export async function edit(history: History, { a, b }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const about = pick(model.standing, a);
  if (about === undefined) return null;
  const actor = await someStaff(history, b);
  const { uri, no } = await placeOf(history, about);
  const words = { subject: "", text: wordsFor(history), reason: "Tidier.", staffId: actor.id };
  const also = answerFor(world.deps, actor, { action: "post.edit", detail: {} });
  const said = await attempt(editPost(world.threads, uri, no, words, also));
  if (said === "done") {
    expectAllowed(actor, "editPosts", boardOf(about));
    expectThat(!model.isFrozen(about), "a post under legal hold was edited");
    about.marker = markerOf(history.written);
  }
  return { said: `${said}: ${actor.id} edits ${about.id}` };
}

export async function hold(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const about = [pick(model.standing, a), pick(model.standing, b)].filter(
    (one) => one !== undefined,
  );
  const posts = [...new Set(about)];
  if (posts.length === 0) return null;
  const actor = await someStaff(history, c);
  const order = {
    postIds: posts.map(({ id }) => id),
    authority: "A court",
    reference: "",
    reason: "Asked.",
  };
  const { said, made } = await tryTo(placeHold(world.deps, actor, order));
  if (made !== null) {
    expectAllowed(actor, "hold", null);
    model.holds.set(made, {
      posts,
      texts: await Promise.all(posts.map((one) => rowText(history, one))),
    });
  }
  return { said: `${said}: hold on ${order.postIds.join(" ")}` };
}

export async function release(history: History, { a, b, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const id = pick([...model.holds.keys()], a);
  if (id === undefined) return null;
  const actor = await someStaff(history, b);
  const type = pick(["request-release", "release", "refuse-release"] as const, c) ?? "release";
  const said = await attempt(changeHold(world.deps, actor, id, type));
  if (said === "done" && type === "release") model.holds.delete(id);
  return { said: `${said}: ${actor.id} ${type} of hold ${id}` };
}
