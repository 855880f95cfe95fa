import {
  type Choice,
  MINUTE,
  type History,
  type Play,
  type Outcome,
} from "#moderation/testing/history/history.ts";
import {
  flag,
  turnBoard,
  turnStaff,
  turnList,
  wait,
  housekeeping,
  restart,
} from "#moderation/testing/history/house.ts";
import {
  actOn,
  dismissItem,
  takeBack,
  decideAppeal,
  removeMany,
  edit,
  hold,
  release,
} from "#moderation/testing/history/moderators.ts";
import {
  openThread,
  reply,
  report,
  sendAppeal,
  contestReport,
  deletePost,
} from "#moderation/testing/history/posters.ts";

/** How often each happens, compared with the others. */
const PLAYS = {
  open: [6, openThread],
  reply: [12, reply],
  report: [8, report],
  act: [14, actOn],
  dismiss: [6, dismissItem],
  undo: [8, takeBack],
  appeal: [4, sendAppeal],
  decide: [4, decideAppeal],
  contest: [2, contestReport],
  hold: [2, hold],
  release: [3, release],
  delete: [4, deletePost],
  edit: [3, edit],
  pattern: [2, removeMany],
  flag: [2, flag],
  board: [2, turnBoard],
  staff: [2, turnStaff],
  list: [2, turnList],
  wait: [3, wait],
  sweep: [2, housekeeping],
  restart: [1, restart],
} as const satisfies Record<string, readonly [number, Play]>;

export type Op = keyof typeof PLAYS;
export const WEIGHTED: readonly Op[] = (Object.keys(PLAYS) as Op[]).flatMap((op) =>
  Array.from({ length: PLAYS[op][0] }, () => op),
);

/** One thing that happens. */
export interface Step extends Choice {
  readonly op: Op;
}

/** Null where there was nothing to do it to. */
export async function play(history: History, step: Step): Promise<Outcome | null> {
  // No two things happen in the same moment.
  history.world.clock.advance(MINUTE);
  return PLAYS[step.op][1](history, step);
}
