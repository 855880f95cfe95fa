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
