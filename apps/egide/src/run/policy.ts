import type { Config } from "@egide/contract/config.ts";
import type { Order } from "@egide/contract/order.ts";
import { compileSnapshot, type Snapshot } from "@egide/contract/snapshot.ts";
import type { Clock } from "@egide/std/clock.ts";

/** What is in force in this process: the last good configuration and the last good orders. */
export class Policy {
  readonly #clock: Clock;
  #config: Config;
  #orders: readonly Order[];
  #version = 0;

  constructor(config: Config, orders: readonly Order[], clock: Clock) {
    this.#config = config;
    this.#orders = orders;
    this.#clock = clock;
  }

  get config(): Config {
    return this.#config;
  }

  /** Versions grow also across a restart, and when the wall clock is set back. */
  snapshot(): Snapshot {
    const created = this.#clock.now();
    this.#version = Math.max(this.#version + 1, created);
    return compileSnapshot(this.#config, this.#orders, { version: this.#version, created });
  }

  setOrders(orders: readonly Order[]): void {
    this.#orders = orders;
  }

  /** Answers which settings wait for a new process, because sockets and threads are made of them. */
  replace(next: Config): readonly string[] {
    const waiting = MACHINE_KEYS.filter(
      (key) => JSON.stringify(next[key]) !== JSON.stringify(this.#config[key]),
    );
    this.#config = next;
    return waiting;
  }

  /** Orders for a zone that this edge does not have: most likely a slip of the pen. */
  strayOrders(): readonly Order[] {
    const zones = new Set(this.#config.zones.map((zone) => zone.id));
    return this.#orders.filter((order) => !zones.has(order.zone));
  }
}

const MACHINE_KEYS = ["listen", "workers", "state", "log", "cache", "geo"] as const;
