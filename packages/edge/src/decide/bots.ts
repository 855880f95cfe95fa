import type { BotsPolicy } from "@egide/contract/policy/bots.ts";
import { botOf, type Facts, isAdmitted } from "#facts.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

/** What a zone does about bots, where it does anything but let them pass challenges. */
export interface BotMeasures {
  readonly policy: BotsPolicy;
  /** Counts a request of a category; false: there were too many. */
  readonly counts: (category: string, facts: Facts<unknown>) => boolean;
}

const BLOCKED: Verdict = {
  kind: "deny",
  status: 403,
  code: "bot.blocked",
  headers: [],
  order: null,
};
const LIMITED: Verdict = {
  kind: "deny",
  status: 429,
  code: "bot.limited",
  headers: ["Retry-After", "600"],
  order: null,
};
const CHALLENGED: Verdict = {
  kind: "challenge",
  rule: "bots",
  mode: "managed",
  code: "challenge.bot",
};

/** Holds bots to what the zone says of their category; also who only claims to be one. */
export function judgeBots({ policy, counts }: BotMeasures, facts: Facts<unknown>): Verdict {
  const bot = botOf(facts);
  if (bot === null) return ALLOW;
  switch (policy[bot.category]) {
    case "block":
      return BLOCKED;
    case "limit":
      return counts(bot.category, facts) ? ALLOW : LIMITED;
    case "challenge":
      return isAdmitted(facts, "managed") ? ALLOW : CHALLENGED;
    case "allow":
    case "none":
      return ALLOW;
  }
}
