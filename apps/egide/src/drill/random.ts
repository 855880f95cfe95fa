/** Numbers from 0 to 1 that are the same for the same seed (mulberry32): a drill can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number below `most`. */
export function below(most: number, random: () => number): number {
  return Math.floor(random() * most);
}

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[below(items.length, random)] as Item;
}

/** Milliseconds until the next of events that come by chance, `mean` apart. */
export function wait(mean: number, random: () => number): number {
  return -Math.log(1 - random()) * mean;
}
