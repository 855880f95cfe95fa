import { AppError } from "@egide/std/error.ts";
import { type Category, factsOf, graver, LANES, type QueueLane } from "#moderation/category.ts";

/**
 * One post that waits for a person: reported by anybody, matched by a list, or held for approval.
 * Several reports of one post are one item.
 */
export type ItemState = "open" | "seen" | "decided" | "contested" | "final";

/** `upheld`: something was done about the post; `dismissed`: nothing was wrong with it. */
export type Outcome = "upheld" | "dismissed";

export interface Item {
  readonly state: ItemState;
  readonly category: Category;
  readonly openedAt: number;
  readonly firstLookAt: number | null;
  readonly decidedAt: number | null;
  readonly decidedBy: string | null;
  readonly outcome: Outcome | null;
}

export type ItemEvent =
  | { readonly type: "report"; readonly category: Category; readonly at: number }
  | { readonly type: "look"; readonly at: number }
  | {
      readonly type: "decide";
      readonly at: number;
      readonly by: string;
      readonly outcome: Outcome;
    }
  /** A reporter does not accept that nothing was done (DSA, Article 20). */
  | { readonly type: "contest"; readonly at: number }
  /** The act that answered it was undone, or reversed on appeal. */
  | { readonly type: "reverse"; readonly at: number; readonly by: string }
  /** What decided it was taken back, and the post waits as it did before. */
  | { readonly type: "reopen" };

export function opened(category: Category, at: number): Item {
  return {
    state: "open",
    category,
    openedAt: at,
    firstLookAt: null,
    decidedAt: null,
    decidedBy: null,
    outcome: null,
  };
}

/** Pure; throws AppError where the event does not fit the state. */
export function advance(item: Item, event: ItemEvent): Item {
  switch (event.type) {
    case "report":
      return reported(item, event);
    case "look":
      if (item.state !== "open") return item;
      return { ...item, state: "seen", firstLookAt: item.firstLookAt ?? event.at };
    case "decide":
      return decide(item, event);
    case "contest":
      if (item.state !== "decided" || item.outcome !== "dismissed") throw notContestable();
      return { ...item, state: "contested" };
    case "reverse":
      if (item.outcome === null) return item;
      return { ...item, state: "final", outcome: "dismissed", decidedBy: event.by };
    case "reopen":
      if (item.outcome === null || item.state === "contested") return item;
      return { ...item, state: "seen", decidedAt: null, decidedBy: null, outcome: null };
  }
}

function reported(item: Item, { category, at }: { category: Category; at: number }): Item {
  const worst = graver(item.category, category);
  if (item.state === "open" || item.state === "seen" || item.state === "contested") {
    return { ...item, category: worst };
  }
  // What was said before was weighed already, unless it is something graver now.
  if (item.outcome === "dismissed" && worst === item.category) return item;
  return opened(category, at);
}

function decide(
  item: Item,
  { at, by, outcome }: { at: number; by: string; outcome: Outcome },
): Item {
  if (item.state === "decided" || item.state === "final") {
    throw refused("board.already_decided", "This was decided already.");
  }
  if (item.state === "contested" && item.decidedBy === by) {
    throw refused("board.same_person", "Somebody else has to look at what was contested.");
  }
  return {
    ...item,
    state: item.state === "contested" ? "final" : "decided",
    firstLookAt: item.firstLookAt ?? at,
    decidedAt: at,
    decidedBy: by,
    outcome,
  };
}

/** Where an item stands in the queue: lane first, then what falls due first, then what came first. */
export interface Place {
  readonly lane: QueueLane;
  readonly dueAt: number;
  readonly id: number;
}

export function placeOf(item: Item, id: number): Place {
  const { lane, minutes } = factsOf(item.category);
  return { lane, dueAt: item.openedAt + minutes * 60_000, id };
}

/** The number that the database sorts lanes by. */
export function rankOf(lane: QueueLane): number {
  return LANES.indexOf(lane);
}

export function byPlace(a: Place, b: Place): number {
  return rankOf(a.lane) - rankOf(b.lane) || a.dueAt - b.dueAt || a.id - b.id;
}

export function notContestable(): AppError {
  return refused("board.not_contestable", "Only a report that was dismissed can be contested.");
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
