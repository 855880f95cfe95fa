import { readClientToken } from "@egide/challenge/issue/client-token.ts";
import type { ZoneChallenges } from "@egide/challenge/zone.ts";
import type { DoorFacts } from "#facts.ts";
import type { RawHeaders } from "#stream.ts";
import type { ChallengeMode } from "#verdict.ts";
import { getHeader, indexOfHeader, joinHeader } from "#wire/headers.ts";
import { compilePathPattern, matchesPathPattern, type PathPattern } from "#wire/path-pattern.ts";

const CLIENT_FIELD = "egide-client";
/** Programs that fetch a page once to show what a link leads to. Easily feigned: hence the bounds. */
const PREVIEWS =
  /facebookexternalhit|twitterbot|slackbot|telegrambot|whatsapp|discordbot|linkedinbot|skypeuripreview|mastodon|bluesky cardyb|iframely|pinterestbot|redditbot|mattermost|synapse/i;
const FEEDS = ["application/rss+xml", "application/atom+xml", "application/feed+json"];
/** Only spellings that every origin reads alike: nothing encoded, no parameters, no dot segments. */
const PLAIN_PATH = /^[A-Za-z0-9/_.~-]*$/;

/** Who passes a zone's challenges without a clearance. */
export class Exemptions {
  readonly #challenges: ZoneChallenges;
  readonly #paths: readonly PathPattern[];
  readonly #quiet: readonly PathPattern[];

  constructor(challenges: ZoneChallenges) {
    const { exempt, quiet } = challenges.policy;
    this.#challenges = challenges;
    this.#paths = exempt.paths.map(compilePathPattern);
    this.#quiet = quiet.enabled ? quiet.paths.map(compilePathPattern) : [];
  }

  admit(facts: DoorFacts, mode: ChallengeMode): boolean {
    const { method, headers } = facts.exchange.head;
    const path = plainPath(facts.target);
    if (path !== null && matchesAny(this.#paths, path)) return true;
    const now = Math.floor(facts.time / 1000);
    if (this.#isClient(headers, now)) return true;
    const { quiet } = this.#challenges.policy;
    if (mode !== "managed" || !quiet.enabled) return false;
    if (!this.#isQuiet(method, headers, path)) return false;
    return this.#challenges.allowQuiet(facts.client, now);
  }

  #isClient(headers: RawHeaders, now: number): boolean {
    const { clients } = this.#challenges.policy.exempt;
    if (clients.length === 0) return false;
    const token = getHeader(headers, CLIENT_FIELD);
    if (token === undefined) return false;
    const name = readClientToken(this.#challenges.keys, token, now);
    return name !== null && clients.includes(name);
  }

  #isQuiet(method: string, headers: RawHeaders, path: string | null): boolean {
    // A preflight can carry no cookie: without an answer a site's own scripts would be cut off.
    if (method === "OPTIONS") return indexOfHeader(headers, "access-control-request-method") >= 0;
    if (method !== "GET" && method !== "HEAD") return false;
    if (path !== null && matchesAny(this.#quiet, path)) return true;
    const accept = joinHeader(headers, "accept");
    if (accept !== undefined && FEEDS.some((type) => accept.includes(type))) return true;
    const agent = getHeader(headers, "user-agent");
    return agent !== undefined && agent.length < 512 && PREVIEWS.test(agent);
  }
}

function plainPath(target: string): string | null {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  if (!PLAIN_PATH.test(path) || path.includes("//")) return null;
  const rest = path.startsWith("/.well-known/") ? path.slice(12) : path;
  return rest.includes("/.") ? null : path;
}

function matchesAny(patterns: readonly PathPattern[], path: string): boolean {
  return patterns.some((pattern) => matchesPathPattern(pattern, { path, query: "" }));
}
