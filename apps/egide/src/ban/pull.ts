import { MOST_LIST_BYTES, openBanList } from "@egide/contract/ban-list.ts";
import type { BanExchange, BanPeer } from "@egide/contract/policy/bans.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { PeerBans } from "#ban/peers.ts";
import type { Logger } from "#log/logger.ts";

const TIMEOUT_MS = 10_000;
/** Whether it is time is looked at so often: a reload brings another period. */
const LOOK_MS = 1000;

export interface PullOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** As the configuration in force has them. */
  readonly settings: () => BanExchange;
  readonly peers: PeerBans;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Fetches the lists of peers that have an address for it, one after the other. */
export class BanPull {
  readonly #options: PullOptions;
  #timer: Timer | null = null;
  #due: number;
  #over = false;

  constructor(options: PullOptions) {
    this.#options = options;
    this.#due = options.clock.monotonic();
    this.#wait();
  }

  close(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    const { clock, settings } = this.#options;
    this.#timer = clock.after(LOOK_MS, () => {
      const { pullSeconds, peers } = settings();
      const isDue = clock.monotonic() >= this.#due && peers.some(({ url }) => url !== undefined);
      if (!isDue) {
        this.#wait();
        return;
      }
      this.#due = clock.monotonic() + pullSeconds * 1000;
      void this.pull().finally(() => {
        if (!this.#over) this.#wait();
      });
    });
  }

  /** Never rejects: a peer that is down keeps what it said last. */
  async pull(): Promise<void> {
    for (const peer of this.#options.settings().peers) {
      if (peer.url !== undefined && !this.#over) await this.#from(peer, peer.url);
    }
  }

  async #from(peer: BanPeer, url: string): Promise<void> {
    const { logger, fetch, clock, peers } = this.#options;
    try {
      const response = await fetch(url, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: "error",
      });
      if (!response.ok) throw new Error(`answers ${response.status}`);
      const now = clock.now();
      const { bans } = openBanList(await bounded(response), [peer], now);
      if (this.#over) return;
      const taken = peers.take(peer, bans, now, true);
      if (taken.applied + taken.withdrawn > 0) {
        logger.info({ peer: peer.name, ...taken }, "bans of a peer");
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      logger.warn({ peer: peer.name, why }, "a peer's bans can't be had: those it told last hold");
    }
  }
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MOST_LIST_BYTES) throw new Error("the list is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
