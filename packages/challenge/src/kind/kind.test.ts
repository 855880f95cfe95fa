import { describe, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { Mac, toBytes } from "#issue/mac.ts";
import { isCycle } from "#kind/cycle.ts";
import { LONGEST, SHORTEST } from "#kind/graph.ts";
import { findHashShare, isHashShare } from "#kind/hash.ts";
import { countShares, encodeProof, type Share, type Work } from "#kind/proof.ts";
import { CycleSearch } from "#kind/search.ts";
import { digest } from "#kind/sha256.ts";

const seedOf = (text: string): Int32Array => digest(new TextEncoder().encode(text));

describe("SHA-256 and HMAC", () => {
  test("are those of the platform, for every length around the block's", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 100 }),
        (m, key) => {
          const hash = createHash("sha256").update(m).digest("hex");
          expect(Buffer.from(toBytes(digest(m))).toString("hex")).toBe(hash);
          const mac = createHmac("sha256", key).update(m).digest("hex");
          expect(Buffer.from(new Mac(key).sign(m)).toString("hex")).toBe(mac);
        },
      ),
    );
  });
});

describe("a share of the plain kind", () => {
  test("is what SHA-256 says", () => {
    const seed = seedOf("plain");
    const nonce = findHashShare(seed, 10, 0, 1_000_000);
    const message = Buffer.concat([toBytes(seed), Buffer.alloc(8)]);
    message.writeUInt32BE(nonce, 32);
    const first = createHash("sha256").update(message).digest().readUInt32BE(0);
    expect(first >>> 22).toBe(0);
    expect(isHashShare(seed, 10, nonce)).toBe(true);
    expect(findHashShare(seed, 32, 0, 100)).toBe(-1);
  });
});

/** The shares of a work, found as a client finds them. */
function solve(seed: Int32Array, work: Work, count = work.full): Share[] {
  const shares: Share[] = [];
  if (work.kind === "hash") {
    for (let from = 0; shares.length < count; ) {
      const index = findHashShare(seed, work.size, from, 1_000_000);
      shares.push({ index, edges: [] });
      from = index + 1;
    }
    return shares;
  }
  const search = new CycleSearch(work.size);
  for (let index = 0; shares.length < count; index++) {
    search.begin(seed, index);
    let edges = search.step(1000);
    while (edges === undefined) edges = search.step(1000);
    if (edges !== null) shares.push({ index, edges });
  }
  return shares;
}

const cycles: Work = { kind: "cycle", size: 10, least: 2, full: 6 };
const hashes: Work = { kind: "hash", size: 6, least: 2, full: 6 };

describe("a cycle", () => {
  test("is found in about every second graph, and holds", () => {
    let found = 0;
    for (let i = 0; i < 100; i++) {
      const seed = seedOf(`graph ${i}`);
      const search = new CycleSearch(13);
      search.begin(seed, i);
      let edges = search.step(3000);
      while (edges === undefined) edges = search.step(3000);
      if (edges === null) continue;
      found++;
      expect(edges.length).toBeGreaterThanOrEqual(SHORTEST);
      expect(edges.length).toBeLessThanOrEqual(LONGEST);
      expect(isCycle(seed, 13, i, Int32Array.from(edges), edges.length)).toBe(true);
      expect(isCycle(seed, 13, i + 1, Int32Array.from(edges), edges.length)).toBe(false);
      expect(isCycle(seedOf("x"), 13, i, Int32Array.from(edges), edges.length)).toBe(false);
    }
    expect(found).toBeGreaterThan(30);
    expect(found).toBeLessThan(85);
  });

  test("with an edge changed, left out, repeated or out of order is none", () => {
    const seed = seedOf("changed");
    const [share] = solve(seed, cycles, 1) as [Share];
    const { index } = share;
    const edges = [...share.edges];
    const holds = (list: number[]): boolean =>
      isCycle(seed, 10, index, Int32Array.from(list), list.length);
    expect(holds(edges)).toBe(true);
    for (let i = 0; i < edges.length; i++) {
      expect(holds(edges.toSpliced(i, 1))).toBe(false);
      expect(holds(edges.with(i, 1 + (edges[i] as number)))).toBe(false);
      expect(holds(edges.with(i, edges[0] as number))).toBe(i === 0);
    }
    expect(holds(edges.toReversed())).toBe(false);
  });

  test("two short cycles are not taken for one long", () => {
    // Any set of edges in which every node has two is a union of cycles: only one cycle counts.
    const seed = seedOf("union");
    const two: number[] = [];
    const search = new CycleSearch(10);
    let index = 0;
    for (; two.length === 0 && index < 3000; index++) {
      search.begin(seed, index);
      const next = (): number[] | null => {
        for (;;) {
          const edges = search.step(2000);
          if (edges !== undefined) return edges;
        }
      };
      const first = next();
      if (first === null || first.length > LONGEST - SHORTEST) continue;
      const second = next();
      if (second === null || second.length + first.length > LONGEST) continue;
      const all = [...new Set([...first, ...second])].sort((a, b) => a - b);
      if (all.length === first.length + second.length) two.push(...all);
    }
    expect(two.length).toBeGreaterThan(0);
    expect(isCycle(seed, 10, index - 1, Int32Array.from(two), two.length)).toBe(false);
  });
});

describe.each([cycles, hashes])("a proof of the kind $kind", (work) => {
  const seed = seedOf("proof");
  const shares = solve(seed, work);
  const proof = encodeProof(work.kind, shares);

  test("counts its shares, in whatever order they were found", () => {
    expect(countShares(seed, work, proof)).toBe(6);
    expect(countShares(seed, work, encodeProof(work.kind, shares.toReversed()))).toBe(6);
    expect(countShares(seed, work, encodeProof(work.kind, shares.slice(2, 5)))).toBe(3);
    expect(countShares(seed, work, new Uint8Array(0))).toBe(0);
  });

  test("with one share twice, with too many, or for another ticket is worth nothing", () => {
    const doubled = Buffer.concat([proof, proof]);
    expect(countShares(seed, { ...work, full: 12 }, doubled)).toBe(-1);
    expect(countShares(seed, { ...work, full: 5 }, proof)).toBe(-1);
    expect(countShares(seedOf("other"), work, proof)).toBe(-1);
  });

  test("cut or changed anywhere is worth less or nothing", () => {
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        expect(countShares(seed, work, proof.subarray(0, at))).toBeLessThan(6);
        const changed = Uint8Array.from(proof);
        changed[at] = (changed[at] as number) ^ flip;
        const count = countShares(seed, work, changed);
        // Another nonce may happen to be a share as well; another cycle does not.
        if (work.kind === "cycle") expect(count).toBe(-1);
      }),
    );
  });

  test("of any bytes at all is read without harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(countShares(seed, work, bytes)).toBeLessThanOrEqual(6);
      }),
    );
  });
});
