import { BOT_CATEGORIES, type BotsPolicy } from "@egide/contract/policy/bots.ts";
import { KNOWN_BOTS, ROBOTS_ONLY } from "#identify/bots/registry.ts";

/** True where some category is held to more than challenges. */
export function hasMeasures(policy: BotsPolicy): boolean {
  return BOT_CATEGORIES.some(
    (category) => policy[category] !== "allow" && policy[category] !== "none",
  );
}

/** robots.txt (RFC 9309) of a zone that has it served here; null: the origin answers. */
export function robotsText(policy: BotsPolicy): string | null {
  const { serve, text } = policy.robotsTxt;
  if (!serve) return null;
  const blocked = [...KNOWN_BOTS, ...ROBOTS_ONLY].filter(
    ({ category }) => policy[category] === "block",
  );
  const names = [...new Set(blocked.map(({ robots }) => robots))];
  const groups = names.map((name) => `User-agent: ${name}\n`).join("");
  const own = text.endsWith("\n") || text === "" ? text : `${text}\n`;
  return names.length === 0 ? own : `${own}\n${groups}Disallow: /\n`;
}
