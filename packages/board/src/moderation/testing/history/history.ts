import { createHash } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { allows, type Permission } from "#moderation/permission.ts";
import type { Actor } from "#moderation/service/deps.ts";
import { actorOf } from "#moderation/service/staff.ts";
import {
  boardOf,
  type Model,
  type ModelAct,
  type ModelPost,
} from "#moderation/testing/history/model.ts";
import { BOARDS, STAFF, type World } from "#moderation/testing/history/world.ts";

/** Numbers that choose among what there is at that moment. */
export interface Choice {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** The files that there are. */
export const LETTERS = ["a", "b", "c", "d"] as const;

/** A world, what it should be like, and the secrets that people were given. */
export interface History {
  readonly world: World;
  readonly model: Model;
  readonly receipts: string[];
  written: number;
}

export type Play = (history: History, choice: Choice) => Promise<Outcome | null>;

/** What came of a step: whether posts may be gone for good by it. */
export interface Outcome {
  readonly said: string;
  readonly erases?: true;
}

export function pick<One>(from: readonly One[], by: number): One | undefined {
  return from[by % from.length];
}

/** "done" with what was made, or the code of the refusal. Whatever else is thrown is a fault. */
export async function tryTo<Made>(
  work: Promise<Made>,
): Promise<{ readonly said: string; readonly made: Made | null }> {
  try {
    return { said: "done", made: await work };
  } catch (error) {
    if (error instanceof AppError) return { said: error.code, made: null };
    throw error;
  }
}

export async function attempt(work: Promise<unknown>): Promise<string> {
  return (await tryTo(work)).said;
}

export function expectThat(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

export async function someStaff({ world }: History, by: number): Promise<Actor> {
  const [id] = pick(STAFF, by) as (typeof STAFF)[number];
  return (await actorOf(world.store.kysely, { id, username: id })) ?? { id, name: id, grants: [] };
}

async function wasFound({ world }: History, { id }: ModelPost): Promise<boolean> {
  const query = world.store.kysely.selectFrom("detection").select("at").where("postId", "=", id);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Whoever shows a post may do so, for all that the site said of it. */
export async function expectMayShow(
  history: History,
  actor: Actor,
  post: ModelPost,
): Promise<void> {
  const { model } = history;
  expectThat(!model.isFrozen(post), "a post under legal hold was shown");
  const isTheSites = model.isTheSites(post, await wasFound(history, post));
  expectAllowed(actor, "approve", isTheSites ? null : boardOf(post));
}

export function expectAllowed(actor: Actor, permission: Permission, boardId: number | null): void {
  const where = boardId === null ? "everywhere" : `on board ${boardId}`;
  expectThat(
    allows(actor.grants, permission, boardId),
    `${actor.id} may not ${permission} ${where}`,
  );
}

/** Words that have nothing in common with any others. */
export function wordsFor(history: History): string {
  history.written += 1;
  const hash = createHash("sha256").update(String(history.written)).digest("base64url");
  return `${markerOf(history.written)} ${hash.replace(/[^A-Za-z]/g, " ")}`;
}

export function markerOf(n: number): string {
  return `mark${n.toString(26).replace(/[0-9]/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? "")}end`;
}

export async function itemOf({ world }: History, { id }: ModelPost) {
  return world.store.kysely
    .selectFrom("queue_item")
    .selectAll()
    .where("postId", "=", id)
    .executeTakeFirst();
}

/** The address of a post's board, and its number there. */
export async function placeOf(
  { world }: History,
  post: ModelPost,
): Promise<{ readonly uri: string; readonly no: number }> {
  const { no } = await world.store.kysely
    .selectFrom("post")
    .select("no")
    .where("id", "=", post.id)
    .executeTakeFirstOrThrow();
  return { uri: uriOf(boardOf(post)), no };
}

export function uriOf(boardId: number): string {
  return BOARDS[boardId - 1]?.[0] ?? "";
}

/** What of a post a legal hold keeps as it is. */
export async function rowText(
  { world }: Pick<History, "world">,
  { id }: ModelPost,
): Promise<string> {
  const row = await world.store.kysely
    .selectFrom("post")
    .select(["boardId", "no", "threadNo", "subject", "text"])
    .where("id", "=", id)
    .executeTakeFirst();
  return JSON.stringify(row ?? null);
}

/** Takes an act that is new in the records over into the model. */
export async function noteAct(
  { world, model }: History,
  id: string,
  toBoard: number | null,
): Promise<ModelAct> {
  const row = await world.store.kysely
    .selectFrom("act")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  const { kind, staffId: by, at, batch, postId } = row;
  const about = model.posts.find((one) => one.id === postId) as ModelPost;
  const made = {
    id,
    post: about,
    kind,
    by,
    at,
    batch,
    byInstance: row.byInstance === 1,
    stands: true,
    told: kind === "approve",
    appealed: false,
  };
  model.add(made, toBoard);
  return made;
}
