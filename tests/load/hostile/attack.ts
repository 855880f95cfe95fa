import type { Socket } from "bun";

export interface Victim {
  readonly http: number;
  readonly https: number;
  /** Path prefix under which the origin sends bodies of N bytes. */
  readonly originPort: number;
}

export interface Attack {
  readonly name: string;
  readonly about: string;
  /** Attacks until `signal` is aborted. Answers what it did, in words. */
  run(victim: Victim, signal: AbortSignal): Promise<string>;
}

/** Counts what becomes of the attacker's connections. */
export class Tally {
  opened = 0;
  closed = 0;
  refused = 0;

  toString(): string {
    return `${this.opened} opened, ${this.closed} cut by the edge, ${this.refused} refused`;
  }
}

export interface Mob {
  readonly tally: Tally;
  readonly sockets: Set<Socket>;
  stop(): void;
}

export interface MobOptions {
  readonly count: number;
  readonly port: number;
  /** Called once a connection stands. */
  readonly opened?: (socket: Socket) => void;
  readonly drained?: (socket: Socket) => void;
  readonly received?: (socket: Socket, chunk: Buffer) => void;
  /** Opens a new one for each that is cut, at most so many in all. */
  readonly replacements?: number;
}

const BATCH = 200;

/** Opens `count` connections that do as they are told, a batch at a time. */
export async function gather(options: MobOptions): Promise<Mob> {
  const tally = new Tally();
  const sockets = new Set<Socket>();
  let replacements = options.replacements ?? 0;
  let over = false;
  const connect = async (): Promise<void> => {
    if (over) return;
    try {
      await Bun.connect({
        hostname: "127.0.0.1",
        port: options.port,
        socket: {
          open(socket) {
            tally.opened++;
            sockets.add(socket);
            options.opened?.(socket);
          },
          data: (socket, chunk) => options.received?.(socket, chunk),
          drain: (socket) => options.drained?.(socket),
          close(socket) {
            if (over) return;
            tally.closed++;
            sockets.delete(socket);
            if (replacements-- > 0) void connect();
          },
          error() {},
        },
      });
    } catch {
      tally.refused++;
    }
  };
  for (let made = 0; made < options.count; made += BATCH) {
    const size = Math.min(BATCH, options.count - made);
    await Promise.all(Array.from({ length: size }, connect));
  }
  return {
    tally,
    sockets,
    stop() {
      over = true;
      for (const socket of sockets) socket.terminate();
    },
  };
}

/** Runs `step` every `ms` until the signal comes. */
export async function every(ms: number, signal: AbortSignal, step: () => void): Promise<void> {
  const timer = setInterval(step, ms);
  await aborted(signal);
  clearInterval(timer);
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
}
