import type { Clock } from "@egide/std/clock.ts";
import type { InstanceSettings } from "#settings/instance.ts";
import type { MustKeep } from "#store/erase.ts";
import type { Store } from "#store/open.ts";
import type { Events } from "#thread/events.ts";
import type { AfterWrite, Guard } from "#thread/posting/guard.ts";

/** What the services of threads work with; app.ts puts it together. */
export interface ThreadContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: InstanceSettings;
  /** 32 bytes that no page shows: for secure tripcodes, poster ids and passwords. */
  readonly secret: Uint8Array;
  readonly events: Events;
  readonly guards: readonly Guard[];
  /** In the transaction that writes a post. */
  readonly afterWrite: readonly AfterWrite[];
  readonly mustKeep: MustKeep;
  /** 0 ≤ x < 1, for dice. */
  readonly random: () => number;
}
