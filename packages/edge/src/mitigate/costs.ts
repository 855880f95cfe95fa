import type { Served } from "#mitigate/observation.ts";

interface Cost {
  count: number;
  hits: number;
  originMs: number;
}

const MOST = 4000;
/** Answers after which older ones count for half. */
const MEMORY = 500;
/** So many answers are needed before a resource is said to be cheap. */
const SURE = 5;

/** What the answers to each resource cost the origin. Bounded: the longest unasked are forgotten. */
export class Costs {
  readonly #costs = new Map<string, Cost>();

  note({ resource, count, hits, originMs }: Served): void {
    let cost = this.#costs.get(resource);
    if (cost === undefined) {
      cost = { count: 0, hits: 0, originMs: 0 };
      const oldest = this.#costs.size >= MOST ? this.#costs.keys().next().value : undefined;
      if (oldest !== undefined) this.#costs.delete(oldest);
    } else this.#costs.delete(resource);
    this.#costs.set(resource, cost);
    cost.count += count;
    cost.hits += hits;
    cost.originMs += originMs;
    if (cost.count < MEMORY) return;
    cost.count /= 2;
    cost.hits /= 2;
    cost.originMs /= 2;
  }

  /** Share of requests for it that an origin has to answer: 1 where nothing is known. */
  originShare(resource: string): number {
    const cost = this.#costs.get(resource);
    return cost === undefined || cost.count < SURE ? 1 : 1 - cost.hits / cost.count;
  }

  /** Milliseconds that an origin takes for one; 0 where it is not known. */
  latency(resource: string): number {
    const cost = this.#costs.get(resource);
    const answered = cost === undefined ? 0 : cost.count - cost.hits;
    return cost === undefined || answered < 1 ? 0 : cost.originMs / answered;
  }
}
