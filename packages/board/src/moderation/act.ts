import { AppError } from "@egide/std/error.ts";
import type { Permission } from "#moderation/permission.ts";

export type PostState = "visible" | "held" | "hidden" | "removed";

/**
 * Where a banned person may not post. `post`: not in the exchange about one post, which is that post,
 * those that it quotes, and those that quote it.
 */
export const BAN_SCOPES = ["post", "thread", "board", "global"] as const;
export type BanScope = (typeof BAN_SCOPES)[number];

/** What a banned person is known by. */
export const BAN_TARGETS = ["session", "address", "prefix"] as const;
export type BanTarget = (typeof BAN_TARGETS)[number];

export const ACT_KINDS = [
  "approve",
  "hide",
  "remove",
  "remove-pattern",
  "move",
  "warn",
  "ban",
] as const;
export type ActKind = (typeof ACT_KINDS)[number];

/** An act as staff ask for it. All but `approve` need a rule and a reason: see `act-order.ts`. */
export type Measure =
  | { readonly kind: "approve" }
  | { readonly kind: "hide" }
  | { readonly kind: "remove" }
  /** One post of the many that a pattern removed; each has an act of its own. */
  | { readonly kind: "remove-pattern"; readonly batch: string }
  | { readonly kind: "move"; readonly toBoardId: number }
  | { readonly kind: "warn" }
  | { readonly kind: "ban"; readonly scope: BanScope; readonly target: BanTarget };

const NEEDS: Readonly<Record<Exclude<ActKind, "ban">, Permission>> = {
  approve: "approve",
  hide: "hide",
  remove: "remove",
  "remove-pattern": "removePattern",
  move: "move",
  warn: "warn",
};

const BAN_NEEDS: Readonly<Record<BanScope, Permission>> = {
  post: "banThread",
  thread: "banThread",
  board: "banBoard",
  global: "banGlobal",
};

export function permissionFor(measure: Measure): Permission {
  return measure.kind === "ban" ? BAN_NEEDS[measure.scope] : NEEDS[measure.kind];
}

/** What becomes of the post; throws AppError where the act makes no sense for it. */
export function postAfter(state: PostState, measure: Measure, frozen: boolean): PostState {
  switch (measure.kind) {
    case "approve":
      if (frozen) throw heldByLaw();
      if (state === "held" || state === "hidden") return "visible";
      throw pointless("Only a post that is held or hidden can be approved.");
    case "hide":
      if (state === "visible" || state === "held") return "hidden";
      throw pointless("This post is hidden or removed already.");
    case "remove":
    case "remove-pattern":
      if (state !== "removed") return "removed";
      throw pointless("This post is removed already.");
    case "move":
      if (frozen) throw heldByLaw();
      return state;
    case "warn":
    case "ban":
      return state;
  }
}

export const UNDO_MS = 30 * 86_400_000;

/** `ended`: its time is over. `undone`: taken back by staff. `reversed`: taken back on appeal. */
export type ActState = "in-force" | "ended" | "undone" | "reversed";

export interface ActRecord {
  readonly state: ActState;
  readonly kind: ActKind;
  readonly at: number;
  readonly by: string;
  readonly endsAt: number | null;
  /** State of the post before and after it. */
  readonly before: PostState;
  readonly after: PostState;
}

export type ActEvent =
  | { readonly type: "undo"; readonly at: number }
  | { readonly type: "reverse"; readonly at: number }
  | { readonly type: "end"; readonly at: number };

/** Pure; throws AppError where the act can no longer change. */
export function advanceAct(act: ActRecord, event: ActEvent): ActRecord {
  switch (event.type) {
    case "undo":
      if (act.state !== "in-force") throw pointless("This act is over already.");
      if (event.at > act.at + UNDO_MS) {
        throw refused("board.undo_too_late", "An act can be undone for 30 days.");
      }
      return { ...act, state: "undone" };
    case "reverse":
      // A ban that ran out before its appeal was heard can still be called wrong.
      if (act.state !== "in-force" && act.state !== "ended") throw pointless("It is over already.");
      return { ...act, state: "reversed" };
    case "end":
      if (act.state !== "in-force") return act;
      if (act.endsAt === null || event.at < act.endsAt) return act;
      return { ...act, state: "ended" };
  }
}

/** What one act changed, of a post's state or of where its thread stands. */
export interface Change<Value> {
  readonly at: number;
  readonly state: ActState;
  /** When its state last changed: when it was taken back, where it was. */
  readonly stateAt: number;
  readonly before: Value;
  readonly after: Value;
}

/**
 * What a post is like without an act, of all that changed the same thing. Where a later one stands,
 * that one holds. Where the one before it was taken back in the meantime, which showed nothing then,
 * it is gone now: else what nobody decided would stay.
 */
export function withoutAct<Value>(
  now: Value,
  act: Change<Value>,
  others: readonly Change<Value>[],
): Value {
  if (act.before === act.after || now !== act.after) return now;
  const changes = others.filter(({ before, after }) => before !== after);
  if (changes.some((other) => stands(other) && follows(other, act))) return now;
  return valueBefore(act, changes);
}

function valueBefore<Value>(act: Change<Value>, others: readonly Change<Value>[]): Value {
  const source = others
    .filter((other) => other.after === act.before && follows(act, other))
    .filter((other) => stands(other) || other.stateAt > act.at)
    .sort((a, b) => b.at - a.at)[0];
  if (source === undefined || stands(source)) return act.before;
  return valueBefore(
    source,
    others.filter((other) => other !== source),
  );
}

/** Acts of one order have one time: of them, one that goes on where another ended came after it. */
function follows<Value>(later: Change<Value>, earlier: Change<Value>): boolean {
  if (later.at !== earlier.at) return later.at > earlier.at;
  return later.before === earlier.after;
}

function stands({ state }: Pick<Change<unknown>, "state">): boolean {
  return state === "in-force" || state === "ended";
}

/** State of the post once an act is taken back. A post under legal hold stays out of sight. */
export function postAfterUndo(
  now: PostState,
  act: Change<PostState>,
  others: readonly Change<PostState>[],
  frozen: boolean,
): PostState {
  const back = withoutAct(now, act, others);
  if (frozen && back === "visible" && now !== "visible") throw heldByLaw();
  return back;
}

function pointless(publicMessage: string): AppError {
  return refused("board.act_pointless", publicMessage);
}

export function heldByLaw(): AppError {
  return refused(
    "board.legal_hold",
    "This post is under legal hold: it can't be shown or changed.",
  );
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
