import type { BotCategory } from "@egide/contract/policy/bots.ts";
import type { Bot } from "#facts.ts";

/** As Cloudflare calls the categories in `cf.verified_bot_category`. */
const NAMES: Readonly<Record<BotCategory, string>> = {
  search: "Search Engine Crawler",
  preview: "Page Preview",
  feed: "Feed Fetcher",
  monitoring: "Monitoring & Analytics",
  aiSearch: "AI Search",
  aiTraining: "AI Crawler",
};

export function botCategory(bot: Bot | null): string {
  return bot === null || !bot.verified ? "" : NAMES[bot.category];
}
