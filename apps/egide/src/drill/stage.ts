import { loopback } from "#drill/address.ts";
import type { SceneOrder } from "#drill/attack/thread.ts";
import type { Target } from "#drill/connection.ts";
import type { Shot } from "#drill/outcome.ts";
import { startPeople } from "#drill/people.ts";
import type { Site } from "#drill/person.ts";

/** What a drill is played on: the zone, its everyday visitors, and a thread for what comes besides. */
export interface StageOptions {
  readonly target: Target;
  readonly site: Site;
  readonly seed: number;
  readonly rate: number;
  readonly readers: number;
  readonly neighbours: number;
  /** Every client has an address of its own on loopback. */
  readonly spread: boolean;
  /** The program of the other thread. */
  readonly thread: URL;
}

/** Groups of addresses that a scene has to itself, above the people's. */
const FIRST_GROUP = 16;
const GROUPS = 4;
/** Addresses of 127.0.0.0/8 come in so many groups. */
const MOST_GROUPS = 250;

export class Stage {
  /** Requests of the everyday visitors, and of all scenes. */
  readonly people: Shot[] = [];
  readonly shots: Shot[] = [];
  readonly #options: StageOptions;
  readonly #origin = performance.timeOrigin + performance.now();
  readonly #crowd: { stop(): void };
  readonly #thread: Worker;
  #scenes = 0;

  constructor(options: StageOptions) {
    this.#options = options;
    const { target, site, seed, readers, neighbours, spread } = options;
    this.#crowd = startPeople({
      target,
      site,
      seed,
      readers,
      neighbours,
      address: (group, n) => (spread ? loopback(group, n) : undefined),
      now: () => this.now(),
      told: (shot) => this.people.push(shot),
    });
    this.#thread = new Worker(options.thread);
    this.#thread.addEventListener("message", ({ data }: MessageEvent<Shot[]>) => {
      for (const shot of data) this.shots.push(shot);
    });
  }

  /** Milliseconds since the drill began. */
  now(): number {
    return performance.timeOrigin + performance.now() - this.#origin;
  }

  /** Begins a scene: an attack, or an event of an ordinary day. */
  begin(name: string): void {
    const { target, site, seed, rate, spread } = this.#options;
    const groups = MOST_GROUPS - FIRST_GROUP;
    const order: SceneOrder = {
      name,
      target,
      site,
      seed: seed + this.#scenes,
      rate,
      spread,
      group: FIRST_GROUP + ((this.#scenes * GROUPS) % groups),
      origin: this.#origin,
    };
    this.#scenes += 1;
    this.#thread.postMessage(order);
  }

  end(): void {
    this.#thread.postMessage("stop");
  }

  close(): void {
    this.#crowd.stop();
    this.#thread.terminate();
  }
}
