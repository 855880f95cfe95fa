import { challengeSchema } from "@egide/contract/policy/challenge.ts";
import { unitsOf } from "@egide/challenge/client/unit.ts";
import { encodeProof, type Share } from "@egide/challenge/kind/proof.ts";
import { createChallengeMemory, openTables } from "@egide/challenge/verify/memory.ts";
import { ZoneChallenges } from "@egide/challenge/zone.ts";

/*
 * What challenges cost the server, in CPU time of one core: `bun bench/challenge/verify.ts`.
 * A proof is taken whole: ticket, shares, single use, clearance.
 */

const NOW = 1_800_000_000;
const me = { address: "192.0.2.7", userAgent: "bench" };

function rate(count: number, run: (i: number) => void): string {
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) run(i);
  const { user, system } = process.cpuUsage(before);
  const micros = (user + system) / count;
  return `${micros.toFixed(2)} µs, ${Math.round(1e6 / micros).toLocaleString("en")} a second`;
}

for (const proof of ["memory", "hash"] as const) {
  const policy = challengeSchema.parse({ proof });
  const site = new ZoneChallenges(
    policy,
    "bench",
    new Uint8Array(32),
    openTables(createChallengeMemory()),
  );
  console.log(`${proof}:`);
  const proofs = Array.from({ length: 60 }, (_, i) => {
    const issued = site.issue("managed", `192.0.${i}.1`, NOW);
    const { ticket, work } = issued;
    const step = unitsOf({ ticket, kind: work.kind, size: work.size, first: 0, stride: 1 });
    const shares: Share[] = [];
    while (shares.length < work.full) shares.push(...step());
    return { ticket, bytes: encodeProof(work.kind, shares.slice(0, work.full)) };
  });
  const size = proofs.reduce((sum, { bytes }) => sum + bytes.length, 0) / proofs.length;
  console.log(`  a proof: ${Math.round(size)} bytes`);
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
  rate(50_000, verify);
  console.log(`  verify a proof: ${rate(200_000, verify)}`);
  console.log(
    `  issue a ticket: ${rate(200_000, () => void site.issue("managed", "192.0.2.9", NOW))}`,
  );
  console.log(
    `  know a clearance: ${rate(500_000, (i) => void site.cleared(at(cookies, i), me, NOW))}`,
  );
  const forged = at(cookies, 0).replace(/.$/, (c) => (c === "A" ? "Q" : "A"));
  console.log(`  refuse a forged one: ${rate(200_000, () => void site.cleared(forged, me, NOW))}`);
}
