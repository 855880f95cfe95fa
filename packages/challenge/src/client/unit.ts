import { findHashShare } from "#kind/hash.ts";
import type { Share, WorkKind } from "#kind/proof.ts";
import { CycleSearch } from "#kind/search.ts";
import { digest } from "#kind/sha256.ts";

/** Nonces of a unit of the plain kind. */
const NONCES = 4096;
/** Edges between two looks at the clock: a fraction of a millisecond, some on a slow phone. */
const EDGES = 8192;

/** Which units of the work are whose: every `stride`th from `first` on, for any number of workers. */
export interface Portion {
  readonly ticket: string;
  readonly kind: WorkKind;
  readonly size: number;
  readonly first: number;
  readonly stride: number;
}

/** Works through a portion in small pieces; each call of `step` answers the shares that it found. */
export function unitsOf({ ticket, kind, size, first, stride }: Portion): () => Share[] {
  const bytes = new Uint8Array(ticket.length);
  for (let i = 0; i < ticket.length; i++) bytes[i] = ticket.charCodeAt(i);
  const seed = digest(bytes);
  let unit = first;
  if (kind === "hash") {
    return () => {
      const shares: Share[] = [];
      const end = (unit + 1) * NONCES;
      for (let from = unit * NONCES; from < end; ) {
        const index = findHashShare(seed, size, from, end - from);
        if (index < 0) break;
        shares.push({ index, edges: [] });
        from = index + 1;
      }
      unit += stride;
      return shares;
    };
  }
  const search = new CycleSearch(size);
  search.begin(seed, unit);
  return () => {
    const edges = search.step(EDGES);
    if (edges === undefined) return [];
    const index = unit;
    unit += stride;
    search.begin(seed, unit);
    return edges === null ? [] : [{ index, edges }];
  };
}
