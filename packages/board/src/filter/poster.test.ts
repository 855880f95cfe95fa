import { describe, expect, test } from "bun:test";
import { encodeProof, type Share } from "@egide/challenge/kind/proof.ts";
import { CycleSearch } from "@egide/challenge/kind/search.ts";
import { digest } from "@egide/challenge/kind/sha256.ts";
import { AddressHasher, type AddressKey, prefixOf, traceUntil } from "#filter/address.ts";
import { PostingProof, type ProofAsked } from "#filter/proof.ts";

const DAY = 86_400_000;

function memoryStore() {
  const keys = new Map<number, AddressKey>();
  return {
    keys,
    list: async () => [...keys.values()],
    add: async (key: AddressKey) => {
      if (!keys.has(key.period)) keys.set(key.period, key);
      return keys.get(key.period) as AddressKey;
    },
    remove: async (period: number) => void keys.delete(period),
  };
}

describe("addresses", () => {
  test("are known again within a period, and by old keys until those are deleted", async () => {
    const store = memoryStore();
    const hasher = new AddressHasher(store, 7, 3);
    await hasher.turn(0);
    const first = hasher.hash("192.0.2.7");
    expect(hasher.hash("::ffff:192.0.2.7")).toEqual(first);
    expect(hasher.hash("192.0.2.8")?.prefixHash).toBe(first?.prefixHash as string);
    expect(hasher.hash("192.0.2.8")?.addressHash).not.toBe(first?.addressHash as string);
    expect(hasher.hash("192.0.3.7")?.prefixHash).not.toBe(first?.prefixHash as string);
    expect(hasher.hash("nobody")).toBeNull();

    await hasher.turn(8 * DAY);
    expect(hasher.hash("192.0.2.7")?.addressHash).not.toBe(first?.addressHash as string);
    expect(hasher.allHashes("192.0.2.7").map(({ period }) => period)).toEqual([1, 0]);
    expect(hasher.allHashes("192.0.2.7")[1]).toEqual(first as NonNullable<typeof first>);
    await hasher.turn(21 * DAY);
    expect([...store.keys.keys()].sort((a, b) => a - b)).toEqual([1, 3]);
    const hashes = hasher.allHashes("192.0.2.7").map(({ addressHash }) => addressHash);
    expect(hashes).not.toContain(first?.addressHash as string);
  });

  test("two processes that begin a period together share its key", async () => {
    const store = memoryStore();
    const [a, b] = [new AddressHasher(store, 7, 3), new AddressHasher(store, 7, 3)];
    await Promise.all([a.turn(0), b.turn(0)]);
    expect(a.hash("2001:db8::1")).toEqual(b.hash("2001:db8::1"));
  });

  test("one line of IPv6 is one poster", async () => {
    const hasher = new AddressHasher(memoryStore(), 7, 3);
    await hasher.turn(0);
    expect(hasher.hash("2001:db8:1:2::1")).toEqual(hasher.hash("2001:db8:1:2:ffff::9"));
    expect(prefixOf("2001:db8:1:2::1")).toBe(prefixOf("2001:db8:1:ff::1"));
    expect(prefixOf("192.0.2.7")).toBe("192.0.2.0/24");
    expect(traceUntil(10 * 3_600_000, 4)).toBe(6 * 3_600_000);
  });
});

/** The work of a ticket, as a browser's worker does it. */
function solved({ ticket, work }: ProofAsked): string {
  const shares: Share[] = [];
  const search = new CycleSearch(work.size);
  const seed = digest(Buffer.from(ticket, "latin1"));
  for (let index = 0; shares.length < work.least; index++) {
    search.begin(seed, index);
    let edges = search.step(1000);
    while (edges === undefined) edges = search.step(1000);
    if (edges !== null) shares.push({ index, edges });
  }
  return Buffer.from(encodeProof("cycle", shares)).toString("base64url");
}

describe("proof of work", () => {
  const proofs = new PostingProof(new Uint8Array(32).fill(3), "test", "easy");

  test("counts for its own ticket, within its time", () => {
    const asked = proofs.ask(false, 1000);
    const proof = solved(asked);
    expect(proofs.check("", "", 1001)).toBe("none");
    expect(proofs.check("", "-", 1001)).toBe("failed");
    expect(proofs.check(asked.ticket, "AAAA", 1001)).toBe("failed");
    expect(proofs.check(asked.ticket, "", 1001)).toBe("failed");
    expect(proofs.check(proofs.ask(false, 1000).ticket, proof, 1001)).toBe("failed");
    expect(proofs.check(asked.ticket, proof, 9999)).toBe("failed");
    // Looking uses nothing up: a post that is refused for another reason keeps its proof.
    expect(proofs.check(asked.ticket, proof, 1001)).toBe("sound");
    expect(proofs.check(asked.ticket, proof, 1001)).toBe("sound");
    expect(proofs.check("nonsense", proof, 1001)).toBe("failed");
    expect(proofs.ask(true, 1000).work.size).toBe(proofs.ask(false, 1000).work.size + 1);
  }, 30_000);

  test("who has no script waits, with one ticket however often they press", () => {
    const asked = proofs.askToWait(true, "", 15, 1000);
    expect(asked.seconds).toBe(15);
    expect(proofs.check(asked.ticket, "", 1014)).toBe("early");
    expect(proofs.askToWait(true, asked.ticket, 15, 1010)).toEqual({
      ticket: asked.ticket,
      seconds: 5,
    });
    expect(proofs.askToWait(true, asked.ticket, 15, 1100).seconds).toBe(0);
    expect(proofs.check(asked.ticket, "", 1015)).toBe("waited");
    expect(proofs.check(asked.ticket, "", 1301)).toBe("failed");
    // A ticket for work is none to wait with.
    const work = proofs.ask(false, 1000).ticket;
    expect(proofs.askToWait(false, work, 15, 1010).ticket).not.toBe(work);
  });
});
