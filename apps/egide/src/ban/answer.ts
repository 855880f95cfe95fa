import type { BanOutcome } from "@egide/edge/kernel/bans.ts";
import type { Kernel } from "@egide/edge/kernel/kernel.ts";
import type { BanOrder, Bans } from "#ban/message.ts";
import type { Logger } from "#log/logger.ts";

/** Bans that one answer lists. */
const MOST_LISTED = 10_000;

/** Answers an order that came over the control socket; the log keeps that it was given. */
export function answerBan(
  order: Exclude<BanOrder, { what: "import" }>,
  kernel: Pick<Kernel, "ban" | "bans" | "left">,
  logger: Logger,
): Bans {
  switch (order.what) {
    case "add": {
      const { prefixes, seconds, evidence } = order;
      const by = "operator" as const;
      const outcomes = kernel.ban(prefixes.map((prefix) => ({ prefix, seconds, evidence, by })));
      logger.info({ prefixes, seconds, evidence }, "bans by hand");
      return {
        done: prefixes.map((prefix, i) => describe(prefix, outcomes[i] as BanOutcome)),
      };
    }
    case "lift": {
      logger.info({ prefixes: order.prefixes }, "bans lifted by hand");
      return {
        done: order.prefixes.map((prefix) => {
          const ok = kernel.bans.lift(prefix);
          if (ok) return { prefix, ok, text: "lifted" };
          const around = kernel.bans.find(prefix);
          const text =
            around === null ? "is not banned" : `is banned by ${around.prefix.text}: lift that`;
          return { prefix, ok, text };
        }),
      };
    }
    case "list": {
      const all = kernel.bans.list();
      const bans = all.slice(0, MOST_LISTED).map((ban) => ({
        prefix: ban.prefix.text,
        left: Math.round(kernel.left(ban) / 1000),
        by: ban.by,
        since: ban.since,
        evidence: ban.evidence,
      }));
      return { bans, total: all.length };
    }
  }
}

function describe(
  prefix: string,
  outcome: BanOutcome,
): { prefix: string; ok: boolean; text: string } {
  switch (outcome.kind) {
    case "banned":
    case "kept":
      return { prefix, ok: true, text: "banned" };
    case "malformed":
      return { prefix, ok: false, text: "is no address and no block like 192.0.2.0/24" };
    case "too_wide":
      return { prefix, ok: false, text: "is too wide: at most a /8 of IPv4, a /19 of IPv6" };
    case "never":
      return { prefix, ok: false, text: `touches what is never banned: ${outcome.entry}` };
  }
}
