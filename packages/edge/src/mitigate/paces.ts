import type { SavedZone } from "@egide/contract/mitigation-file.ts";

/** Somebody who has turned so many pages in so long. */
export interface Pace {
  readonly turned: number;
  readonly ms: number;
}

/** Longer than this a reader has been away. */
const LONGEST_MS = 30_000;
/** Readers of whom a site's pace is told, and after how many the older count for less. */
const SURE = 50;
const MEMORY = 2000;
/** A crowd that turns pages so many times faster than readers do, and so many a second, does not read. */
const FASTER = 2.5;
const LEAST = 0.5;
/** Fewer say nothing of a crowd. */
const FEWEST = 10;
/** Of such a crowd, whoever is faster than readers by so much is meant. */
const MEANT = 1.5;
/** Where such a crowd was found, who has turned so many pages as fast is of it for so long after. */
const SURELY = 5;
export const AFTER_MS = 15_000;

export type SavedPaces = Pick<SavedZone, "gap" | "gaps">;

/** How fast readers turn the pages of a site, and who does it together as no readers do. */
export class Paces {
  /** Milliseconds between two pages of a reader, on average, and of how many that is. */
  #gap = 0;
  #gaps = 0;
  #foundAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds between two pages of one reader on an ordinary day. */
  learn(gap: number): void {
    this.#gaps = Math.min(MEMORY, this.#gaps + 1);
    this.#gap += (Math.min(gap, LONGEST_MS) - this.#gap) / this.#gaps;
  }

  /** Who of the group is meant; nobody where its pace is one that readers have. */
  hasty<Each extends Pace>(group: readonly Each[], now: number): Each[] {
    if (this.#gaps < SURE) return [];
    const usual = 1000 / this.#gap;
    const fast = Math.max(LEAST, usual * FASTER);
    const paceOf = ({ turned, ms }: Pace): number => (turned * 1000) / ms;
    if (group.length >= FEWEST) {
      const turned = group.reduce((n, each) => n + each.turned, 0);
      const ms = group.reduce((sum, each) => sum + each.ms, 0);
      if (paceOf({ turned, ms }) >= fast) {
        this.#foundAt = now;
        return group.filter((each) => paceOf(each) > usual * MEANT);
      }
    }
    if (now - this.#foundAt > AFTER_MS) return [];
    return group.filter((each) => each.turned >= SURELY && paceOf(each) >= fast);
  }

  save(): SavedPaces {
    return { gap: this.#gap, gaps: this.#gaps };
  }

  restore({ gap, gaps }: SavedPaces): void {
    this.#gap = gap;
    this.#gaps = gaps;
  }
}
