import type { ActKind, BanScope, PostState } from "#moderation/act.ts";

/** Something that gave a value, and the act by which it did; null: nobody's act, it stays. */
interface Layer<Value> {
  readonly act: string | null;
  readonly to: Value;
}

export interface ModelThread {
  readonly places: Layer<number>[];
  /** Fell off its board, or was deleted, with some posts kept for staff. */
  ended: boolean;
}

export interface ModelPost {
  readonly id: number;
  readonly opens: boolean;
  readonly thread: ModelThread;
  readonly session: string;
  readonly files: readonly string[];
  /** A word that no other post has. */
  marker: string;
  readonly states: Layer<PostState>[];
  gone: boolean;
}

export interface ModelAct {
  readonly id: string;
  readonly post: ModelPost;
  readonly kind: ActKind;
  readonly by: string;
  readonly at: number;
  readonly byInstance: boolean;
  readonly batch: string | null;
  stands: boolean;
  told: boolean;
  appealed: boolean;
}

export interface ModelBan {
  readonly act: ModelAct;
  readonly scope: Exclude<BanScope, "post">;
  readonly boardId: number;
  endsAt: number | null;
}

/**
 * What the board should be like, said as simply as it can be: whatever happens to a post lies on what
 * was before, and taking an act back takes its layer out.
 */
export class Model {
  readonly posts: ModelPost[] = [];
  readonly acts: ModelAct[] = [];
  readonly bans: ModelBan[] = [];
  readonly holds = new Map<
    number,
    { readonly posts: readonly ModelPost[]; readonly texts: string[] }
  >();
  readonly closed = new Set<number>();
  readonly known = new Set<string>();
  isListOn = true;

  get standing(): readonly ModelPost[] {
    return this.posts.filter(({ gone }) => !gone);
  }

  /** An act that was done, with what it changes. */
  add(act: ModelAct, toBoard: number | null): void {
    this.acts.push(act);
    const to = AFTER[act.kind];
    const now = stateOf(act.post);
    // A word on what a list found shows nothing that its poster deleted in the meantime.
    const isWord = act.kind === "approve" && now === "removed";
    if (to !== undefined && to !== now && !isWord) act.post.states.push({ act: act.id, to });
    if (toBoard !== null && toBoard !== boardOf(act.post)) {
      act.post.thread.places.push({ act: act.id, to: toBoard });
    }
  }

  takeBack(act: ModelAct): void {
    act.stands = false;
    takeOut(act.post.states, act.id);
    takeOut(act.post.thread.places, act.id);
  }

  isFrozen(post: ModelPost): boolean {
    return [...this.holds.values()].some(({ posts }) => posts.includes(post));
  }

  isThreadShown(thread: ModelThread): boolean {
    const opening = this.posts.find((post) => post.opens && post.thread === thread);
    if (opening === undefined || opening.gone || thread.ended) return false;
    return stateOf(opening) === "visible" && !this.closed.has(boardOf(opening));
  }

  isShown(post: ModelPost): boolean {
    return !post.gone && stateOf(post) === "visible" && this.isThreadShown(post.thread);
  }

  /** Whether the site, by its acts that stand, keeps a post to itself. */
  isTheSites(post: ModelPost, wasFound: boolean): boolean {
    const own = this.acts.filter((act) => act.post === post && act.stands && act.byInstance);
    const last = own.filter(({ kind }) => AFTER[kind] !== undefined).at(-1);
    if (last !== undefined && last.kind !== "approve") return true;
    return wasFound && own.every(({ kind }) => kind !== "approve");
  }

  isBanned(session: string, boardId: number, thread: ModelThread | null, now: number): boolean {
    return this.bans.some(({ act, scope, endsAt, ...ban }) => {
      if (!act.stands || act.post.session !== session) return false;
      if (endsAt !== null && endsAt <= now) return false;
      if (scope === "thread") return act.post.thread === thread;
      return scope === "global" || ban.boardId === boardId;
    });
  }
}

/** What an act makes of a post; others leave it as it is. */
const AFTER: Partial<Record<ActKind, PostState>> = {
  approve: "visible",
  hide: "hidden",
  remove: "removed",
  "remove-pattern": "removed",
};

export function stateOf({ states }: ModelPost): PostState {
  return (states.at(-1) as Layer<PostState>).to;
}

export function boardOf({ thread: { places } }: ModelPost): number {
  return (places.at(-1) as Layer<number>).to;
}

function takeOut(layers: Layer<unknown>[], act: string): void {
  const at = layers.findIndex((layer) => layer.act === act);
  if (at >= 0) layers.splice(at, 1);
}
