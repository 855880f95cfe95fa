import type { Overlay } from "#run/overlay.ts";
import type { CollectionStore } from "#run/stored.ts";

/** How one transaction runs. */
export interface TransactionSettings {
  /** Overrides what SecRuleEngine says. */
  readonly mode?: "on" | "off" | "detect";
  /** What happens to a request that could not be judged within its bounds, or on an engine's fault. */
  readonly failMode?: "open" | "closed";
  readonly id?: string;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly serverAddress?: string;
  readonly serverPort?: number;
  readonly webAppId?: string;
  /** A zone's exclusions, made by `RuleSet.overlay`. */
  readonly overlay?: Overlay;
  /** TX variables set before any rule runs: paranoia level, thresholds. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where its collections are, if not with those of the rule set's other transactions. */
  readonly store?: CollectionStore;
  /** Milliseconds of work that one transaction may take. */
  readonly budgetMs?: number;
  /** What the host knows of an address (GEO keys in upper case), for @geoLookup. */
  readonly locate?: (address: string) => ReadonlyMap<string, string> | undefined;
  /** What the host knows of a DNS block list, for @rbl. Must answer at once. */
  readonly listed?: (zone: string, value: string) => boolean;
}
