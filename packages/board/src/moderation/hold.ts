import { AppError } from "@egide/std/error.ts";

/**
 * A legal hold freezes a post with its media: a sealed copy is kept, and neither its poster, nor
 * staff, nor pruning can change or destroy it. Two people end it, so that no one alone can.
 */
export type HoldState = "active" | "release-requested" | "released";

export interface Hold {
  readonly state: HoldState;
  readonly placedBy: string;
  readonly placedAt: number;
  readonly requestedBy: string | null;
  readonly releasedBy: string | null;
  readonly releasedAt: number | null;
}

export type HoldEvent =
  | { readonly type: "request-release"; readonly by: string; readonly at: number }
  | { readonly type: "refuse-release"; readonly by: string; readonly at: number }
  | { readonly type: "release"; readonly by: string; readonly at: number };

export function placed(by: string, at: number): Hold {
  return {
    state: "active",
    placedBy: by,
    placedAt: at,
    requestedBy: null,
    releasedBy: null,
    releasedAt: null,
  };
}

/** Pure; throws AppError where the event does not fit. */
export function advanceHold(hold: Hold, event: HoldEvent): Hold {
  switch (event.type) {
    case "request-release":
      if (hold.state !== "active") throw refused("board.hold_state", "A release is asked for.");
      return { ...hold, state: "release-requested", requestedBy: event.by };
    case "refuse-release":
      if (hold.state !== "release-requested") throw nobodyAsked();
      return { ...hold, state: "active", requestedBy: null };
    case "release":
      if (hold.state !== "release-requested") throw nobodyAsked();
      if (hold.requestedBy === event.by) {
        throw refused("board.same_person", "A second person has to agree to the release.");
      }
      return { ...hold, state: "released", releasedBy: event.by, releasedAt: event.at };
  }
}

export function freezes({ state }: Pick<Hold, "state">): boolean {
  return state !== "released";
}

function nobodyAsked(): AppError {
  return refused("board.hold_state", "Nobody asked for a release of this hold.");
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
