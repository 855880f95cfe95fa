import type { MatchRecord } from "#run/record.ts";

/** What the rules want done with the request or the response. */
export interface Intervention {
  readonly action: "deny" | "drop" | "redirect";
  readonly status: number;
  /** Where to, for a redirect. */
  readonly location: string | undefined;
  /** The rule that asks for it; 0 where a limit or the fail mode does. */
  readonly ruleId: number;
  readonly reason: string;
}

/** What is known of a transaction so far; complete after `finish`. */
export interface Outcome {
  readonly id: string;
  /** Present in blocking mode only; in detection mode see `wouldBlock`. */
  readonly intervention: Intervention | undefined;
  /** The intervention that detection mode held back. */
  readonly wouldBlock: Intervention | undefined;
  readonly matches: readonly MatchRecord[];
  /** Matches beyond those kept. */
  readonly droppedMatches: number;
  readonly inboundScore: number;
  readonly outboundScore: number;
  /** Rules whose pattern could not be judged within its bound; 0: the whole request, within its budget. */
  readonly unfinished: readonly number[];
  /** Milliseconds that the engine took so far. */
  readonly spentMs: number;
  /** An error inside the engine, never shown to a visitor. */
  readonly fault: unknown;
}
