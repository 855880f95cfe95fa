import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { H1Fault } from "#accept/h1/faults.ts";
import type { Sweep } from "#accept/sweep.ts";
import type { ExchangeHandler } from "#exchange.ts";

/** What a connection is served with. */
export interface H1Options {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly secure: boolean;
  /** Serial number of the connection. */
  readonly connection: number;
  /** Not null: every request is refused so, as whoever connects has mistaken the port. */
  readonly mistaken?: H1Fault | null;
  readonly onExchange: ExchangeHandler;
  readonly onClosed: () => void;
}
