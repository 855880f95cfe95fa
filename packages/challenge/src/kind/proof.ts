import { isCycle } from "#kind/cycle.ts";
import { LONGEST } from "#kind/graph.ts";
import { isHashShare } from "#kind/hash.ts";

export type WorkKind = "hash" | "cycle";

/**
 * What a client is asked to do: between `least` and `full` shares of one kind. `size` is the number
 * of zero bits (hash) or the binary logarithm of the number of edges (cycle). Several small shares
 * instead of one large piece of work: the time to find them varies little, any number of workers
 * can share them, and a slow device may stop early.
 */
export interface Work {
  readonly kind: WorkKind;
  readonly size: number;
  readonly least: number;
  readonly full: number;
}

/** One share as a client found it: a nonce, or a graph and the edges of its cycle. */
export type Share = { readonly index: number; readonly edges: readonly number[] };

export const MOST_SHARES = 64;
/** Bytes of the longest proof that can be sound. */
export const MOST_PROOF = MOST_SHARES * (5 + 3 * LONGEST);

/** As `countShares` reads it: shares by their index, ascending; numbers big-endian. */
export function encodeProof(kind: WorkKind, shares: readonly Share[]): Uint8Array {
  const out: number[] = [];
  for (const { index, edges } of [...shares].sort((a, b) => a.index - b.index)) {
    out.push(index >>> 24, (index >>> 16) & 255, (index >>> 8) & 255, index & 255);
    if (kind === "hash") continue;
    out.push(edges.length);
    for (const edge of edges) out.push((edge >>> 16) & 255, (edge >>> 8) & 255, edge & 255);
  }
  return Uint8Array.from(out);
}

const cycle = new Int32Array(LONGEST);

/** How many shares a proof holds; -1 where one of them is not sound, or is there twice. */
export function countShares(seed: Int32Array, work: Work, proof: Uint8Array): number {
  const { kind, size, full } = work;
  let shares = 0;
  let previous = -1;
  for (let at = 0; at < proof.length; shares++) {
    // Nobody needs more than was asked for: what lies beyond would cost us for nothing.
    if (shares === full || at + 4 > proof.length) return -1;
    const index = int24(proof, at + 1) + (proof[at] as number) * 0x1000000;
    if (index <= previous) return -1;
    previous = index;
    at += 4;
    if (kind === "hash") {
      if (!isHashShare(seed, size, index)) return -1;
      continue;
    }
    const length = proof[at++] ?? 0;
    if (length > LONGEST || at + length * 3 > proof.length) return -1;
    for (let i = 0; i < length; i++, at += 3) cycle[i] = int24(proof, at);
    if (!isCycle(seed, size, index, cycle, length)) return -1;
  }
  return shares;
}

function int24(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
  );
}
