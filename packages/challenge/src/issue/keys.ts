import { Mac } from "#issue/mac.ts";

const DAY = 86_400;
/** Days whose keys are kept ready: a week of clearances and what clocks may be off. */
const MOST_DAYS = 10;

/**
 * The keys of one zone: a new one each day (UTC), worked out from the installation's secret, so that
 * all nodes have it and nothing needs to be handed round. What one zone signs no other accepts.
 */
export class ZoneKeys {
  readonly #secret: Mac;
  readonly #zone: string;
  readonly #days = new Map<number, Mac>();
  /** Does not change: what it signs is dated, and withdrawn by name. */
  readonly lasting: Mac;
  /** Turns networks into numbers that nobody can aim. */
  readonly network: Mac;

  constructor(secret: Uint8Array, zone: string) {
    this.#secret = new Mac(secret);
    this.#zone = zone;
    this.lasting = this.#derive("lasting");
    this.network = this.#derive("network");
  }

  /** `time` in seconds: when the thing was signed. */
  at(time: number): Mac {
    const day = Math.floor(time / DAY);
    let mac = this.#days.get(day);
    if (mac === undefined) {
      mac = this.#derive(String(day));
      if (this.#days.size >= MOST_DAYS) this.#days.clear();
      this.#days.set(day, mac);
    }
    return mac;
  }

  #derive(purpose: string): Mac {
    return new Mac(this.#secret.sign(Buffer.from(`egide challenge ${purpose} ${this.#zone}`)));
  }
}
