import { forgetAddresses, expireAll, sweep } from "#job/housekeeping.ts";
import { configure } from "#moderation/service/board.ts";
import { importList, switchList } from "#moderation/service/lists.ts";
import { appoint, dismissStaff } from "#moderation/service/staff.ts";
import {
  type Choice,
  type History,
  type Outcome,
  pick,
  attempt,
  expectThat,
  someStaff,
  placeOf,
  DAY,
  LETTERS,
} from "#moderation/testing/history/history.ts";
import { BOARDS, STAFF } from "#moderation/testing/history/world.ts";
import { flagThread } from "#thread/edit.ts";
import { fileOf } from "#thread/testing/rig.ts";

export async function flag(history: History, { a, c }: Choice): Promise<Outcome | null> {
  const { world, model } = history;
  const about = pick(
    model.standing.filter(({ opens }) => opens),
    a,
  );
  if (about === undefined) return null;
  const { uri, no } = await placeOf(history, about);
  const flags = c % 2 === 0 ? { cyclic: c % 4 === 0 } : { sticky: c % 4 === 1 };
  const said = await attempt(flagThread(world.threads, uri, no, flags));
  return { said: `${said}: ${JSON.stringify(flags)} on ${about.id}` };
}

export async function turnBoard(history: History, { a, b }: Choice): Promise<Outcome> {
  const { world, model } = history;
  const boardId = 1 + (a % BOARDS.length);
  const actor = await someStaff(history, b);
  // Closed boards are opened again more often than others are closed.
  const state = model.closed.has(boardId) ? "open" : "closed";
  const said = await attempt(configure(world.deps, actor, boardId, { state }));
  if (said === "done") {
    if (state === "closed") model.closed.add(boardId);
    else model.closed.delete(boardId);
  }
  return { said: `${said}: board ${boardId} ${state}` };
}

export async function turnStaff(history: History, { a }: Choice): Promise<Outcome> {
  const { world } = history;
  const admin = await someStaff(history, 0);
  const [accountId, grant] = STAFF[1 + (a % (STAFF.length - 1))] as (typeof STAFF)[number];
  const one = { accountId, name: accountId, grant };
  const has = await world.store.kysely
    .selectFrom("staff_grant")
    .select("at")
    .where("staffId", "=", accountId)
    .executeTakeFirst();
  const work =
    has === undefined ? appoint(world.deps, admin, one) : dismissStaff(world.deps, admin, one);
  const said = await attempt(work);
  expectThat(said === "done", `the admin's word on staff was: ${said}`);
  return { said: `${has === undefined ? "appoints" : "dismisses"} ${accountId}` };
}

export async function turnList(history: History, { a, b }: Choice): Promise<Outcome> {
  const { world, model } = history;
  const admin = await someStaff(history, 0);
  if (b % 3 !== 0 || model.known.size === 0) {
    const { sha256 } = fileOf(pick(LETTERS, a) ?? "a");
    const list = { name: "known", category: "child-abuse", text: `sha256 ${sha256}` };
    await importList(world.deps, admin, list);
    model.known.add(sha256);
  } else {
    model.isListOn = !model.isListOn;
    await switchList(world.deps, admin, 1, model.isListOn);
  }
  await world.refresh();
  return { said: `list ${model.isListOn ? "on" : "off"}: ${model.known.size}` };
}

export async function wait({ world }: History, { a }: Choice): Promise<Outcome> {
  const days = pick([0.1, 1, 2, 5, 31], a) ?? 1;
  world.clock.advance(days * DAY);
  return { said: `${days} days pass` };
}

export async function housekeeping({ world }: History): Promise<Outcome> {
  const { store, media, threads, clock } = world;
  await expireAll(threads);
  await forgetAddresses(threads);
  await sweep(store, media, "/nowhere", clock.now(), 3_600_000);
  return { said: "housekeeping", erases: true };
}

export async function restart({ world }: History): Promise<Outcome> {
  await world.restart();
  return { said: "restart" };
}
