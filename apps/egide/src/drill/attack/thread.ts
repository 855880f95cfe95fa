import { seeded } from "@egide/std/random.ts";
import { loopback } from "#drill/address.ts";
import { ATTACKS } from "#drill/attack/library.ts";
import type { Target } from "#drill/connection.ts";
import type { Shot } from "#drill/outcome.ts";
import type { Site } from "#drill/person.ts";

/* The attackers have a thread of their own: what they do must not slow the people's clock. */
declare const self: Worker;

export interface AttackOrder {
  readonly name: string;
  readonly target: Target;
  readonly site: Site;
  readonly seed: number;
  readonly rate: number;
  /** Clients have addresses of their own on loopback; elsewhere all come from this machine's. */
  readonly spread: boolean;
  /** First of the groups of addresses that are this attack's own: others may be banned by now. */
  readonly group: number;
  /** Wall clock at which the drill's own clock begins. */
  readonly origin: number;
}

const TELL_MS = 100;
let running: { stop(): void } | null = null;
let shots: Shot[] = [];

self.addEventListener("message", ({ data }: MessageEvent<AttackOrder | "stop">) => {
  running?.stop();
  running = null;
  if (data === "stop") {
    self.postMessage(shots);
    shots = [];
    return;
  }
  const attack = ATTACKS.find(({ name }) => name === data.name);
  if (attack === undefined) return;
  running = attack.start({
    target: data.target,
    site: data.site,
    random: seeded(data.seed),
    rate: data.rate,
    address: (group, n) => (data.spread ? loopback(data.group + group, n) : undefined),
    now: () => performance.timeOrigin + performance.now() - data.origin,
    told: (shot) => shots.push(shot),
  });
});

setInterval(() => {
  if (shots.length === 0) return;
  self.postMessage(shots);
  shots = [];
}, TELL_MS);
