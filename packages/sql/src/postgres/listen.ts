import type { Clock, Timer } from "@egide/std/clock.ts";
import pg from "pg";

/** How long it takes to try again where the server is away, at first and at most. */
const AGAIN_MS = { least: 250, most: 10_000 } as const;
/** A connection over which nothing is ever sent is not missed when its far end is gone. */
const ALIVE_MS = 30_000;

export interface ListenOptions {
  readonly clock: Clock;
  readonly channel: string;
  readonly onMessage: (payload: string) => void;
  /** The connection was lost and is there again: what was said in between was missed. */
  readonly onGap: () => void;
  readonly onError: (error: unknown) => void;
}

/** Hears what is said on a channel (NOTIFY) over a connection of its own, which comes back by itself. */
export class Listener {
  readonly #url: string;
  readonly #options: ListenOptions;
  #client: pg.Client | null = null;
  #timer: Timer | null = null;
  #wait: number = AGAIN_MS.least;
  #stopped = false;

  constructor(url: string, options: ListenOptions) {
    this.#url = url;
    this.#options = options;
  }

  /** Resolves once it hears; throws where the server can't be reached at the start. */
  async start(): Promise<void> {
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { channel, onMessage } = this.#options;
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 10_000,
      application_name: "egide listens",
      keepAlive: true,
    });
    client.on("notification", ({ payload }) => onMessage(payload ?? ""));
    // `end` follows each error, and both may come more than once.
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    this.#client = client;
    await client.connect();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    this.#wait = AGAIN_MS.least;
    this.#stayAwake(client);
  }

  #stayAwake(client: pg.Client): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ALIVE_MS, () => {
      client.query("select 1").then(
        () => this.#client === client && this.#stayAwake(client),
        () => this.#lost(client),
      );
    });
  }

  #lost(client: pg.Client): void {
    if (this.#stopped || this.#client !== client) return;
    this.#client = null;
    this.#timer?.cancel();
    void client.end().catch(() => undefined);
    this.#timer = this.#options.clock.after(this.#wait, () => void this.#again());
    this.#wait = Math.min(this.#wait * 2, AGAIN_MS.most);
  }

  async #again(): Promise<void> {
    try {
      await this.#connect();
      this.#options.onGap();
    } catch (error) {
      this.#options.onError(error);
      if (this.#client !== null) this.#lost(this.#client);
    }
  }
}
