import { seeded } from "@egide/std/random.ts";
import { loopback } from "#drill/address.ts";
import { ATTACKS } from "#drill/attack/library.ts";
import { EVENTS } from "#drill/day/events.ts";
import type { Target } from "#drill/connection.ts";
import type { Shot } from "#drill/outcome.ts";
import type { Site } from "#drill/person.ts";

/* What comes besides the everyday has a thread of its own: it must not slow the people's clock. */
declare const self: Worker;

export interface SceneOrder {
  readonly name: string;
  readonly target: Target;
  readonly site: Site;
  readonly seed: number;
  readonly rate: number;
  /** Clients have addresses of their own on loopback; elsewhere all come from this machine's. */
  readonly spread: boolean;
  /** First of the groups of addresses that are this scene's own: others may be banned by now. */
  readonly group: number;
  /** Wall clock at which the drill's own clock begins. */
  readonly origin: number;
}

const TELL_MS = 100;
let running: { stop(): void } | null = null;
let shots: Shot[] = [];
let scene = 0;

self.addEventListener("message", ({ data }: MessageEvent<SceneOrder | "stop">) => {
  scene += 1;
  running?.stop();
  running = null;
  if (data === "stop") {
    self.postMessage(shots);
    shots = [];
    return;
  }
  const played = [...ATTACKS, ...EVENTS].find(({ name }) => name === data.name);
  if (played === undefined) return;
  const mine = scene;
  running = played.start({
    target: data.target,
    site: data.site,
    random: seeded(data.seed),
    rate: data.rate,
    address: (group, n) => (data.spread ? loopback(data.group + group, n) : undefined),
    now: () => performance.timeOrigin + performance.now() - data.origin,
    // What ends because the scene does is no part of the next one.
    told(shot) {
      if (mine === scene) shots.push(shot);
    },
    met(shot) {
      if (mine === scene) shots.push({ ...shot, isVisitor: true });
    },
  });
});

setInterval(() => {
  if (shots.length === 0) return;
  self.postMessage(shots);
  shots = [];
}, TELL_MS);
