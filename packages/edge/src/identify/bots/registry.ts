import type { BotCategory } from "@egide/contract/policy/bots.ts";

/** A bot that says who it is in User-Agent, and how it can be held to its word. */
export interface KnownBot {
  readonly name: string;
  readonly category: BotCategory;
  /** Part of its User-Agent, lower case. */
  readonly agent: string;
  /** What robots.txt calls it. */
  readonly robots: string;
  /** Domains that names of its addresses end in, each confirmed forwards; none: not published. */
  readonly domains: readonly string[];
  /** Where its maker publishes its addresses, with what Égide brings along in ranges.json. */
  readonly ranges?: string;
}

function bot(
  name: string,
  category: BotCategory,
  agent: string,
  domains: readonly string[],
  ranges?: string,
): KnownBot {
  const known = { name, category, agent, robots: name, domains };
  return ranges === undefined ? known : { ...known, ranges };
}

/**
 * Bots whose makers say in public how to tell them: names of their addresses, or lists of these. The
 * first whose `agent` is found is meant, so the longer stands before the shorter.
 */
export const KNOWN_BOTS: readonly KnownBot[] = [
  bot("Google-InspectionTool", "search", "google-inspectiontool", ["googlebot.com", "google.com"]),
  bot("Googlebot", "search", "googlebot", ["googlebot.com", "google.com"]),
  bot("bingbot", "search", "bingbot", ["search.msn.com"]),
  bot("DuckDuckBot", "search", "duckduckbot", [], "https://duckduckgo.com/duckduckbot.json"),
  bot("YandexBot", "search", "yandexbot", ["yandex.ru", "yandex.net", "yandex.com"]),
  bot("Baiduspider", "search", "baiduspider", ["baidu.com", "baidu.jp"]),
  bot("SeznamBot", "search", "seznambot", ["seznam.cz"]),
  bot("Qwantbot", "search", "qwantbot", ["qwant.com"]),
  bot("MojeekBot", "search", "mojeekbot", ["mojeek.com"]),
  bot(
    "Applebot",
    "search",
    "applebot/",
    ["applebot.apple.com"],
    "https://search.developer.apple.com/applebot.json",
  ),
  bot("Pinterestbot", "preview", "pinterestbot", ["pinterest.com", "pinterestcrawler.com"]),
  bot("facebookexternalhit", "preview", "facebookexternalhit", ["fbsv.net"]),
  bot("OAI-SearchBot", "aiSearch", "oai-searchbot", [], "https://openai.com/searchbot.json"),
  bot(
    "PerplexityBot",
    "aiSearch",
    "perplexitybot",
    [],
    "https://www.perplexity.com/perplexitybot.json",
  ),
  bot("GPTBot", "aiTraining", "gptbot", [], "https://openai.com/gptbot.json"),
  bot(
    "CCBot",
    "aiTraining",
    "ccbot",
    ["crawl.commoncrawl.org"],
    "https://index.commoncrawl.org/ccbot.json",
  ),
  bot("ClaudeBot", "aiTraining", "claudebot", [], "https://claude.com/crawling/bots.json"),
  bot("Amazonbot", "aiTraining", "amazonbot", ["crawl.amazonbot.amazon"]),
  bot("Bytespider", "aiTraining", "bytespider", []),
  bot("meta-externalagent", "aiTraining", "meta-externalagent", ["fbsv.net"]),
];

/** Names that stand in robots.txt alone: no request ever bears them. */
export const ROBOTS_ONLY: readonly { readonly robots: string; readonly category: BotCategory }[] = [
  { robots: "Google-Extended", category: "aiTraining" },
  { robots: "Applebot-Extended", category: "aiTraining" },
];

const LONGEST_AGENT = 1024;

/** Whom a User-Agent claims to be; null: nobody known. */
export function claimed(userAgent: string): KnownBot | null {
  if (userAgent.length > LONGEST_AGENT) return null;
  const lower = userAgent.toLowerCase();
  // Most browsers are told apart at once: every known name has one of these in it.
  if (!/bot|spider|facebook|externalagent|inspection/.test(lower)) return null;
  return KNOWN_BOTS.find(({ agent }) => lower.includes(agent)) ?? null;
}
