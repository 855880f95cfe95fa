import type { Clearance } from "@egide/challenge/verify/clearance.ts";
import type { ZoneChallenges } from "@egide/challenge/zone.ts";
import type { DoorFacts } from "#facts.ts";

/** What of a request's facts challenges are answered by. */
export type Asking = DoorFacts;

/** A zone's gate, as far as answers need it. */
export interface Challenging {
  readonly challenges: ZoneChallenges;
  cleared(asking: DoorFacts): Clearance | null;
}
