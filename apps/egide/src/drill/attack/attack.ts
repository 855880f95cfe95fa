import type { Target } from "#drill/connection.ts";
import type { Shot } from "#drill/outcome.ts";
import type { Site } from "#drill/person.ts";

/** What an attack may use. */
export interface Field {
  readonly target: Target;
  readonly site: Site;
  readonly random: () => number;
  readonly address: (group: number, n: number) => string | undefined;
  /** Milliseconds since the drill began. */
  readonly now: () => number;
  /** Requests a second of the attacks that count in requests. */
  readonly rate: number;
  readonly told: (shot: Shot) => void;
  /** The same of people who came besides. */
  readonly met: (shot: Shot) => void;
}

export interface Attack {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Milliseconds after `start` in which only people come. */
  readonly eveMs?: number;
  /** Begins; what it answers ends it, connections and all. */
  readonly start: (field: Field) => { stop(): void };
}
