import type { Sweep, Watched } from "#accept/sweep.ts";
import type { ConnTunnel } from "#wire/tunnel.ts";

/** Ends a tunnel through which nothing has passed for too long, in either direction. */
export class TunnelWatch implements Watched {
  readonly #tunnel: ConnTunnel;
  readonly #idleMs: number;
  #passed = -1;
  #since = 0;

  constructor(tunnel: ConnTunnel, idleMs: number) {
    this.#tunnel = tunnel;
    this.#idleMs = idleMs;
  }

  check(now: number): void {
    const { passed } = this.#tunnel;
    if (passed !== this.#passed) {
      this.#passed = passed;
      this.#since = now;
    } else if (now - this.#since >= this.#idleMs) this.#tunnel.expire();
  }

  abandon(): void {
    this.#tunnel.expire();
  }
}

/** The tunnel is watched until the returned function is called. */
export function watchTunnel(tunnel: ConnTunnel, sweep: Sweep, seconds: number): () => void {
  if (seconds === 0) return () => {};
  const watch = new TunnelWatch(tunnel, seconds * 1000);
  sweep.add(watch);
  return () => sweep.remove(watch);
}
