import type { Order } from "@egide/contract/order.ts";
import type { AppealsPolicy } from "@egide/contract/policy/appeals.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import type { OrderIndex } from "#decide/orders.ts";
import type { BotMeasures } from "#decide/bots.ts";
import type { ReadyLimit } from "#decide/limits/compile.ts";
import type { Counters } from "#decide/limits/counters.ts";
import type { ZoneRules } from "#decide/rules/compile.ts";
import type { Gate } from "#identify/clearance/gate.ts";
import type { ZoneTable } from "#identify/zones.ts";
import type { ZoneWaf } from "#inspect/zone/zone-waf.ts";
import type { LogRules } from "#log/record.ts";
import type { ZoneWatch } from "#mitigate/zone-watch.ts";
import type { Dress } from "#respond/dress.ts";
import type { Fetch } from "#stream.ts";

/** A zone as the pipeline needs it, made ready once per snapshot. */
export interface ServedZone {
  readonly id: string;
  readonly dress: Dress;
  readonly httpsRedirect: 301 | 308 | null;
  /** Knows who needs no challenge; issues and redeems them. */
  readonly gate: Gate;
  /** Null: nothing but what challenges have to do with bots. */
  readonly bots: BotMeasures | null;
  /** robots.txt, where it is served here. */
  readonly robots: string | null;
  /** Null: refusals come without a receipt. */
  readonly appeals: AppealsPolicy | null;
  /** Only who proved a client certificate to this zone is let in. */
  readonly mutual: boolean;
  readonly log: LogRules;
  /** Looks on for attacks and holds them off; null: not defended. */
  readonly watch: ZoneWatch | null;
  /** Null: the zone has none. */
  readonly rules: ZoneRules | null;
  readonly limits: readonly ReadyLimit[] | null;
  /** The rule engine; null: it looks at nothing. */
  readonly waf: ZoneWaf | null;
  /** The cache, and behind it the origins. */
  readonly fetch: Fetch;
}

/** All that a snapshot says, ready to be enforced; replaced whole. */
export interface Policy {
  readonly zones: ZoneTable<ServedZone>;
  readonly trustedProxies: CidrSet;
  readonly orders: OrderIndex;
  readonly orderById: ReadonlyMap<string, Order>;
  /** What rate limits count with. */
  readonly counters: Counters;
  /** For answers where no zone is known. */
  readonly dress: Dress;
  /** Name of this edge in Via and CDN-Loop. */
  readonly pseudonym: string;
  readonly httpsPort: number;
}
