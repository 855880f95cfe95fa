import { AppError } from "@egide/std/error.ts";

/** Characters that somebody may write. */
export const APPEAL_MOST = 2000;
/** DSA, Article 20(1): open for at least six months after the decision. */
export const APPEAL_MS = 183 * 86_400_000;

/** `kept`: the act stands. `eased`: it ends earlier. `reversed`: it was wrong. */
export const VERDICTS = ["kept", "eased", "reversed"] as const;
export type AppealVerdict = (typeof VERDICTS)[number];

export type AppealState = "open" | AppealVerdict;

export interface Appeal {
  readonly state: AppealState;
  /** Who did what is appealed against. */
  readonly actBy: string;
  readonly sentAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}

/** Whether an act may be appealed against, by the time and by what was sent before. */
export function sendAppeal(
  act: { readonly at: number; readonly by: string; readonly appeals: number },
  at: number,
): Appeal {
  if (act.appeals > 0) throw refused("board.appealed_already", "One appeal for each decision.");
  if (at > act.at + APPEAL_MS) {
    throw refused("board.appeal_too_late", "Decisions can be appealed against for six months.");
  }
  return { state: "open", actBy: act.by, sentAt: at, decidedBy: null, decidedAt: null };
}

/** Somebody else decides, once. */
export function decideAppeal(
  appeal: Appeal,
  { by, at, verdict }: { by: string; at: number; verdict: AppealVerdict },
): Appeal {
  if (appeal.state !== "open") throw refused("board.already_decided", "This was decided already.");
  if (appeal.actBy === by) {
    throw refused("board.same_person", "Nobody decides on an appeal against their own decision.");
  }
  return { ...appeal, state: verdict, decidedBy: by, decidedAt: at };
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
