import type { BotCategory, BotsPolicy } from "@egide/contract/policy/bots.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import type { ConfirmedNames } from "#identify/bots/dns.ts";
import type { KeyDirectories } from "#identify/bots/directory.ts";
import { claimed, type KnownBot } from "#identify/bots/registry.ts";
import { isSignedBy, readSignature } from "#identify/bots/signature.ts";
import type { RequestHead } from "#exchange.ts";
import type { Bot } from "#facts.ts";
import { getHeader, indexOfHeader } from "#wire/headers.ts";

/** What all zones of a worker share. */
export interface BotSources {
  readonly names: ConfirmedNames;
  readonly ranges: ReadonlyMap<string, CidrSet>;
  readonly directories: KeyDirectories;
}

/** Bots that sign by themselves, known by the host that Signature-Agent names. */
const SIGNERS: Readonly<Record<string, { name: string; category: BotCategory }>> = {
  "chatgpt.com": { name: "ChatGPT-User", category: "aiSearch" },
};

/** Longer than this no signature may be good for: draft-ietf-webbotauth-httpsig-protocol. */
const LONGEST_SECONDS = 86_400;
const SKEW_SECONDS = 60;
const TAG = "web-bot-auth";

/** What a bot is looked at by. */
export interface BotRequest {
  readonly head: RequestHead;
  readonly client: string;
  readonly authority: string;
  /** Seconds. */
  readonly now: number;
}

/** Knows the bots that visit one zone: by their signature, else by their claim and their address. */
export class ZoneBots {
  readonly policy: BotsPolicy;
  readonly #sources: BotSources;
  readonly #agents: ReadonlyMap<string, { name: string; category: BotCategory }>;

  constructor(policy: BotsPolicy, sources: BotSources) {
    this.policy = policy;
    this.#sources = sources;
    const own = policy.agents.map(
      ({ host, name, category }) => [host, { name, category }] as const,
    );
    this.#agents = new Map([...Object.entries(SIGNERS), ...own]);
  }

  /** Null: it claims to be none that is known. Never waits: what is not known yet counts as unproven. */
  identify(request: BotRequest): Bot | null {
    const { headers } = request.head;
    if (indexOfHeader(headers, "signature-agent") >= 0) {
      const signer = this.#signer(request);
      if (signer !== null) return signer;
    }
    const known = claimed(getHeader(headers, "user-agent") ?? "");
    if (known === null) return null;
    const { name, category } = known;
    return { name, category, verified: this.#isConfirmed(known, request.client) };
  }

  #isConfirmed({ name, domains }: KnownBot, client: string): boolean {
    const { ranges, names } = this.#sources;
    if (ranges.get(name)?.has(client) === true) return true;
    return domains.length > 0 && names.has(client, domains);
  }

  #signer({ head, authority, now }: BotRequest): Bot | null {
    const agent = this.#agents.get(agentHost(getHeader(head.headers, "signature-agent") ?? ""));
    if (agent === undefined) return null;
    const signed = readSignature(head, TAG);
    if (signed === null) return null;
    const { created, expires, components } = signed;
    // Bound to this site, to who signs, and to a short time: else it could be sent on by anybody.
    const isBound =
      (components.includes("@authority") || components.includes("@target-uri")) &&
      components.includes("signature-agent");
    const isTimely =
      created > 0 &&
      created <= now + SKEW_SECONDS &&
      expires > now &&
      expires - created <= LONGEST_SECONDS;
    if (!isBound || !isTimely) return null;
    const host = agentHost(getHeader(head.headers, "signature-agent") ?? "");
    const key = this.#sources.directories.key(host, signed.keyId);
    if (key === null || !isSignedBy(signed, head, authority, key)) return null;
    return { ...agent, verified: true };
  }
}

/** Host of `"https://host"`, or of the one member of `label="https://host"`; "" for all else. */
function agentHost(value: string): string {
  return (
    /^(?:[a-z0-9_*.-]{1,64}=)?"https:\/\/([a-z0-9.-]{3,253})\/?"$/.exec(value.trim())?.[1] ?? ""
  );
}
