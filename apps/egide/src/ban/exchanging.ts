import { signBanList } from "@egide/contract/ban-list.ts";
import type { BanExchange } from "@egide/contract/policy/bans.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import type { Kernel } from "@egide/edge/kernel/kernel.ts";
import type { Clock } from "@egide/std/clock.ts";
import { shared } from "#ban/export.ts";
import type { BanOrder } from "#ban/message.ts";
import { PeerBans } from "#ban/peers.ts";
import { BanPull } from "#ban/pull.ts";
import type { Logger } from "#log/logger.ts";
import { loadKeys } from "#run/keys.ts";

export interface ExchangingOptions {
  readonly kernel: Pick<Kernel, "bans" | "now">;
  readonly state: string;
  /** As the configuration in force has them. */
  readonly settings: () => BanExchange;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The running process's part in the exchange of bans: it takes lists, fetches them and gives its own. */
export class BanExchanging {
  readonly #options: ExchangingOptions;
  readonly #peers: PeerBans;
  #pull: BanPull | null = null;

  constructor(options: ExchangingOptions) {
    this.#options = options;
    this.#peers = new PeerBans(options.kernel.bans);
  }

  /** Once the bans of the process before are taken up. */
  begin(): void {
    const { clock, logger, settings } = this.#options;
    const peers = this.#peers;
    this.#pull = new BanPull({ clock, logger, settings, peers, fetch });
  }

  close(): void {
    this.#pull?.close();
  }

  take({ peer: name, bans }: Extract<BanOrder, { what: "import" }>): object {
    const { settings, clock, logger } = this.#options;
    const peer = settings().peers.find((known) => known.name === name);
    if (peer === undefined) {
      const error = `the running process knows no peer ${name}: reload its configuration`;
      return { error, code: "ban.list_unknown_key" };
    }
    const taken = this.#peers.take(peer, bans, clock.now(), false);
    logger.info({ peer: name, ...taken }, "a peer's bans were imported");
    return taken;
  }

  /** The signed list; null where it is not to be had. */
  list(): string | null {
    const { kernel, clock, settings, state } = this.#options;
    if (!settings().serve) return null;
    const wall = clock.now();
    const key = signingKeyOf(loadKeys(state).signingSeed);
    return signBanList(shared(kernel.bans.list(), kernel.now(), wall), wall, key);
  }
}
