import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import type { PostState } from "#moderation/act.ts";
import { allows, type Grant, type Permission } from "#moderation/permission.ts";
import type { Db, Store } from "#store/open.ts";

/** What moderation changes about posts and boards; whoever keeps them does it, with counts and caches. */
export interface PostDoor {
  setState(trx: Db, postId: number, state: PostState, now: number): Promise<void>;
  /** Moves the whole thread of a post to another board. */
  moveThread(trx: Db, postId: number, toBoardId: number, now: number): Promise<void>;
  /** After a board went out of sight as a whole, or came back: its copies elsewhere go. */
  turnBoard(
    trx: Db,
    board: { readonly id: number; readonly uri: string },
    isShown: boolean,
    now: number,
  ): Promise<void>;
}

export interface ModerationDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly posts: PostDoor;
  /** Called after a transaction that put something into the outbox. */
  readonly kick: () => void;
  /** Address of the site, without a slash at its end. */
  readonly siteUrl: string;
  /** 32 bytes that seal what is under legal hold. */
  readonly sealKey: Uint8Array;
  /** Does what else has to be done in the transactions of moderation: see provider/. */
  readonly provider: ProviderDoor;
}

export interface RemovedPost {
  readonly actId: string;
  readonly boardId: number;
  readonly threadNo: number;
  readonly no: number;
  readonly postId: number;
}

/** What the side of the provider does when something happens here, in the same transaction. */
export interface ProviderDoor {
  lifeReported(trx: Db, itemId: number, now: number): Promise<void>;
  escalate(trx: Db, itemId: number, by: string, now: number): Promise<string>;
  removed(trx: Db, posts: readonly RemovedPost[], now: number): Promise<void>;
}

/** Somebody of the staff, signed in. */
export interface Actor {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
}

export function need(actor: Actor, permission: Permission, boardId: number | null): void {
  if (allows(actor.grants, permission, boardId)) return;
  throw new AppError({
    code: "board.not_allowed",
    source: "client",
    retry: false,
    publicMessage: "Your role does not allow this here.",
  });
}

export function notFound(): AppError {
  return new AppError({
    code: "board.not_found",
    source: "client",
    retry: false,
    publicMessage: "There is nothing at this address.",
  });
}

export function bad(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}

/** 132 random bits as 22 characters: nobody guesses it. */
export function secretId(): string {
  return randomBytes(17).toString("base64url").slice(0, 22);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
