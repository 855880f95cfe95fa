/**
 * The heavy suites, each for itself:
 *
 *   npm run hostile -- [--seconds 5] [--only NAME]… [--memory MB] [--json FILE]
 *   npm run soak    -- [--minutes 10] [--every 10]
 *   npm run crash   -- [--rounds 10]
 *   npm run big     -- [--gigabytes 10]
 */
import { parseArgs } from "node:util";
import { runBig } from "./big.ts";
import { type CrashResult, runFullDisk, runKills } from "./crash.ts";
import { type AttackResult, runHostile } from "./hostile/run.ts";
import { runSoak } from "./soak/run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "5" },
    minutes: { type: "string", default: "10" },
    every: { type: "string", default: "10" },
    memory: { type: "string", default: "256" },
    rounds: { type: "string", default: "10" },
    gigabytes: { type: "string", default: "10" },
    only: { type: "string", multiple: true, default: [""] },
    json: { type: "string" },
  },
});

const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`.padStart(8);

function showAttack(result: AttackResult): void {
  const { name, good, before, peak, complaints, did } = result;
  const figures = [
    `p50 ${good.p50.toFixed(1)}`.padStart(9),
    `p99 ${good.p99.toFixed(1)}`.padStart(10),
    `max ${good.max.toFixed(0)} ms`.padStart(12),
    `${mega(before)} → ${mega(peak)}`,
  ];
  console.log(
    `${complaints.length === 0 ? "✓" : "✗"} ${name.padEnd(20)}${figures.join("")}  ${did}`,
  );
  for (const complaint of complaints) console.log(`    ${complaint}`);
}

async function hostile(): Promise<boolean> {
  const options = {
    seconds: Number(values.seconds),
    only: values.only,
    memory: Number(values.memory) * 1e6,
    p99: 50,
  };
  const results = await runHostile(options, showAttack);
  if (values.json !== undefined) await Bun.write(values.json, JSON.stringify(results, null, 2));
  const failed = results.filter(({ complaints }) => complaints.length > 0).length;
  console.log(`hostile: ${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

async function soak(): Promise<boolean> {
  const result = await runSoak({
    seconds: Number(values.minutes) * 60,
    everySeconds: Number(values.every),
    report: (line) => console.log(`  ${line}`),
  });
  for (const { name, visits, failed, repeated } of result.counts) {
    console.log(
      `${name.padEnd(10)} ${String(visits).padStart(8)} visits, ${failed} failed, ${repeated} repeated`,
    );
  }
  console.log(
    `${result.reloads} reloads, ${result.certificates} certificates, ${result.handOvers} hand-overs; ` +
      `descriptors ${result.descriptorsBefore} → ${result.descriptorsAfter}`,
  );
  for (const complaint of result.complaints) console.log(`✗ ${complaint}`);
  console.log(
    `soak: ${result.complaints.length === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed"}`,
  );
  return result.complaints.length === 0;
}

async function crash(): Promise<boolean> {
  const options = {
    rounds: Number(values.rounds),
    report: (line: string) => console.log(`  ${line}`),
  };
  const show = (name: string, { answers, hits, cut, complaints }: CrashResult): void => {
    const mark = complaints.length === 0 ? "✓" : "✗";
    console.log(
      `${mark} ${name}: ${answers} answers compared, ${hits} of them from the cache, ${cut} cut off`,
    );
    for (const complaint of complaints.slice(0, 20)) console.log(`    ${complaint}`);
  };
  const kills = await runKills(options);
  show("kill -9", kills);
  let failed = kills.complaints.length > 0 ? 1 : 0;
  if (process.getuid?.() === 0) {
    const full = await runFullDisk(options);
    show("full disk", full);
    failed += full.complaints.length > 0 ? 1 : 0;
  } else console.log("left out: full disk (mounting a small file system takes root)");
  console.log(`crash: ${2 - failed} passed, ${failed} failed`);
  return failed === 0;
}

async function big(): Promise<boolean> {
  const results = await runBig(Number(values.gigabytes) * 1e9, (result) => {
    const { name, bytes, seconds, memory, complaints } = result;
    const mark = complaints.length === 0 ? "✓" : "✗";
    const speed = `${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
    console.log(
      `${mark} ${name}: ${bytes / 1e9} GB in ${seconds.toFixed(1)} s (${speed}), +${mega(memory).trim()}`,
    );
    for (const complaint of complaints) console.log(`    ${complaint}`);
  });
  const failed = results.filter(({ complaints }) => complaints.length > 0).length;
  console.log(`big: ${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

const suites: Record<string, () => Promise<boolean>> = { hostile, soak, crash, big };
const suite = suites[positionals[0] ?? ""];
if (suite === undefined) {
  console.error(`usage: main.ts ${Object.keys(suites).join("|")}`);
  process.exit(2);
}
process.exit((await suite()) ? 0 : 1);
