import type { Limit, Limits } from "#filter/limits.ts";
import type { Use } from "#store/limits.ts";

export interface FloodSettings {
  readonly threads: Limit;
  readonly replies: Limit;
  /** Of all who share a prefix of addresses, threads and replies together. */
  readonly prefix: Limit;
  /** Of all who come through Tor and have no post standing here. */
  readonly tor: Limit;
  readonly proof: { readonly waiters: Limit };
}

/** Who posts, as floods are counted. */
export interface FloodFacts {
  readonly opensThread: boolean;
  readonly session: string;
  readonly prefix: string | null;
  readonly tor: boolean;
  readonly newcomer: boolean;
  /** Waited in the place of work that was due. */
  readonly waited: boolean;
}

/** What a post counts as: by session, and by all who are its neighbours. */
export function floodUses(
  limits: Limits,
  { opensThread, session, prefix, tor, newcomer, waited }: FloodFacts,
  settings: FloodSettings,
): readonly Use[] {
  const what = opensThread ? "thread" : "reply";
  // Who comes through Tor has no neighbours: newcomers share one measure, the others have their own.
  const others = tor ? session : (prefix ?? session);
  const uses = [
    limits.use(what, session, opensThread ? settings.threads : settings.replies),
    limits.use("prefix", others, settings.prefix),
  ];
  if (waited) uses.push(limits.use("waiter", tor ? "tor" : others, settings.proof.waiters));
  else if (tor && newcomer) uses.push(limits.use("tor", "tor", settings.tor));
  return uses;
}
