import { challengeSchema } from "@egide/contract/policy/challenge.ts";
import { unitsOf } from "@egide/challenge/client/unit.ts";
import { encodeProof, type Share } from "@egide/challenge/kind/proof.ts";
import { createChallengeMemory, openTables } from "@egide/challenge/verify/memory.ts";
import { ZoneChallenges } from "@egide/challenge/zone.ts";

/** What something costs the server, in microseconds of one core. */
export interface Rate {
  readonly what: string;
  readonly micros: number;
  /** So many a second at the least. */
  readonly goal?: number;
}

const NOW = 1_800_000_000;
const me = { address: "192.0.2.7", userAgent: "bench" };

/** The best of three: whatever else the machine does only adds. */
function cost(count: number, run: (i: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) run(i);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / count);
  }
  return best;
}

/** What challenges cost the server. A proof is taken whole: ticket, shares, single use, clearance. */
export function verifyRates(): Rate[] {
  return (["memory", "hash"] as const).flatMap((proof) => {
    const policy = challengeSchema.parse({ proof });
    const secret = new Uint8Array(32);
    const site = new ZoneChallenges(policy, "bench", secret, openTables(createChallengeMemory()));
    const proofs = Array.from({ length: 60 }, (_, i) => {
      const { ticket, work } = site.issue("managed", `192.0.${i}.1`, NOW);
      const step = unitsOf({ ticket, kind: work.kind, size: work.size, first: 0, stride: 1 });
      const shares: Share[] = [];
      while (shares.length < work.full) shares.push(...step());
      return { ticket, bytes: encodeProof(work.kind, shares.slice(0, work.full)) };
    });
    const cookies: string[] = [];
    for (const { ticket, bytes } of proofs) {
      const result = site.redeemWork(ticket, bytes, me, NOW);
      if (result.kind === "cleared") cookies.push(result.value);
    }
    if (cookies.length !== proofs.length) throw new Error("a sound proof was refused");
    const at = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;
    // The replay is refused at the very end: all of the proof was verified before.
    const verify = (i: number): void => {
      const { ticket, bytes } = at(proofs, i);
      site.redeemWork(ticket, bytes, me, NOW);
    };
    const issue = (): void => void site.issue("managed", "192.0.2.9", NOW);
    const know = (i: number): void => void site.cleared(at(cookies, i), me, NOW);
    const forged = at(cookies, 0).replace(/.$/, (c) => (c === "A" ? "Q" : "A"));
    const refuse = (): void => void site.cleared(forged, me, NOW);
    return [
      { what: `verify a proof (${proof})`, micros: cost(100_000, verify), goal: 100_000 },
      { what: `issue a ticket (${proof})`, micros: cost(100_000, issue) },
      { what: `know a clearance (${proof})`, micros: cost(300_000, know) },
      { what: `refuse a forged clearance (${proof})`, micros: cost(100_000, refuse) },
    ];
  });
}
