import { closeSync } from "node:fs";
import { kernelSchema } from "../../packages/contract/src/policy/kernel.ts";
import { ruleset } from "../../packages/edge/src/kernel/nft/ruleset.ts";
import { softirqMicros } from "../process.ts";
import {
  attachXdp,
  counterOf,
  createHashMap,
  indexOfDevice,
  type Instruction,
  loadXdp,
  putEntry,
  runOnFrames,
} from "./bpf.ts";

/*
 * `xdp.ts FRAMES ROUNDS`, run in a network namespace of its own (unshare -n): what a SYN from a banned
 * address costs when an XDP program drops it, beside the product's nftables table. The kernel itself
 * makes the frames (BPF_PROG_RUN with live frames) and hands them to one end of a veth pair without a
 * socket buffer, as a network card's driver would; nothing of a sender but that is in the figures.
 * Prints nanoseconds a frame as one JSON line. Not part of the product: docs/adr/0160.
 */
const [frames, rounds] = process.argv.slice(2).map(Number) as [number, number];
const BANNED = [198, 18, 0, 2];
const SERVER = [198, 18, 0, 1];
const PORT = 80;
const OTHERS = 10_000;
const XDP_DROP = 1;
const XDP_PASS = 2;

function run(...argv: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { timeout: 30_000 });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}

const answer = (value: number): Instruction[] => [
  [0xb7, 0, 0, 0, value],
  [0x95, 0, 0, 0, 0],
];

/** Drops IPv4 whose source is in the map and counts it there; all else passes. */
const lookUp = (map: number): Instruction[] => [
  [0x61, 2, 1, 0, 0], // r2 = data
  [0x61, 3, 1, 4, 0], // r3 = data_end
  [0xbf, 4, 2, 0, 0],
  [0x07, 4, 0, 0, 34], // Ethernet and IPv4
  [0x2d, 4, 3, 14, 0], // shorter: pass
  [0x69, 5, 2, 12, 0],
  [0x55, 5, 0, 12, 0x08], // not 0x0800, as it is read here: pass
  [0x61, 5, 2, 26, 0], // the source
  [0x63, 10, 5, -4, 0],
  [0x18, 1, 1, 0, map],
  [0, 0, 0, 0, 0],
  [0xbf, 2, 10, 0, 0],
  [0x07, 2, 0, 0, -4],
  [0x85, 0, 0, 0, 1], // bpf_map_lookup_elem
  [0x15, 0, 0, 4, 0], // none: pass
  [0xb7, 1, 0, 0, 1],
  [0xdb, 0, 1, 0, 0], // the counter, atomically
  ...answer(XDP_DROP),
  ...answer(XDP_PASS),
];

function other(i: number): string {
  return `172.16.${i >> 8}.${i & 255}`;
}

/** The product's table with the same bans. */
function buildTable(hook: "prerouting" | "ingress"): void {
  const settings = kernelSchema.parse({ hook, devices: ["shield0"] });
  const text = ruleset({ settings, tcpPorts: [PORT], udpPorts: [], never: [], comment: "bench" });
  const list = [BANNED.join("."), ...Array.from({ length: OTHERS }, (_, i) => other(i))];
  const elements = list.map((address) => `${address} timeout 600s`).join(", ");
  const script = `${text}add element inet ${settings.table} ban4 { ${elements} }\n`;
  const { exitCode, stderr } = Bun.spawnSync(["nft", "-f", "-"], { stdin: Buffer.from(script) });
  if (exitCode !== 0) throw new Error(stderr.toString());
}

function frameTo(mac: readonly number[]): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([...mac, 2, 0, 0, 0, 0, 1, 8, 0]);
  const view = new DataView(frame.buffer, 14);
  const sum = (from: number, to: number, first: number): number => {
    let total = first;
    for (let i = from; i < to; i += 2) total += view.getUint16(i);
    while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
  };
  view.setUint8(0, 0x45);
  view.setUint16(2, 40);
  view.setUint16(8, 0x4006); // 64 hops, TCP
  frame.set([...BANNED, ...SERVER], 26);
  view.setUint16(10, sum(0, 20, 0));
  view.setUint16(20, 4000);
  view.setUint16(22, PORT);
  view.setUint16(32, 0x5002); // SYN
  view.setUint16(34, 65_535);
  view.setUint16(36, sum(12, 40, 6 + 20));
  return frame;
}

run("ip", "link", "add", "shield0", "type", "veth", "peer", "name", "shield1");
run("ip", "addr", "add", `${SERVER.join(".")}/24`, "dev", "shield0");
run("ip", "link", "set", "shield0", "up");
run("ip", "link", "set", "shield1", "up");
const text = /ether ([\da-f:]+)/.exec(run("ip", "-o", "link", "show", "shield0"))?.[1] ?? "";
const frame = frameTo(text.split(":").map((byte) => Number.parseInt(byte, 16)));
const receiver = indexOfDevice("shield0");

const map = createHashMap(4, 8, 65_536);
const none = new Uint8Array(8);
const banned = Uint8Array.from(BANNED);
putEntry(map, banned, none);
for (let i = 0; i < OTHERS; i++)
  putEntry(map, Uint8Array.from(other(i).split(".").map(Number)), none);
const drop = loadXdp(answer(XDP_DROP));
const pass = loadXdp(answer(XDP_PASS));
const look = loadXdp(lookUp(map));
const send = loadXdp([
  [0xb7, 1, 0, 0, indexOfDevice("shield1")],
  [0xb7, 2, 0, 0, 0],
  [0x85, 0, 0, 0, 23], // bpf_redirect
  [0x95, 0, 0, 0, 0],
]);

/** Nanoseconds of CPU a frame, those of the kernel's own threads included. */
function cost(program: number): number {
  runOnFrames(program, frame, 10_000);
  const kernel = softirqMicros();
  const before = process.cpuUsage();
  runOnFrames(program, frame, frames);
  const { user, system } = process.cpuUsage(before);
  return ((user + system + softirqMicros() - kernel) * 1000) / frames;
}

/** The same behind a program that is attached for as long. */
function behind(program: number): number {
  const link = attachXdp(program, receiver);
  try {
    return cost(send);
  } finally {
    closeSync(link);
  }
}

/** The pair's ring may overflow where the kernel is kept from emptying it. */
function insist(counted: number): void {
  if (counted < frames * 0.95) throw new Error(`${counted} of ${frames} frames were dropped`);
}

const result: Record<string, number[]> = {};
for (let round = 0; round < rounds; round++) {
  const note = (name: string, value: number): void => void (result[name] ??= []).push(value);
  const made = cost(drop);
  note("arrives and is forgotten (XDP)", behind(drop) - made);
  const counted = counterOf(map, banned);
  note("dropped by a set in XDP", behind(look) - made);
  insist(counterOf(map, banned) - counted);
  for (const hook of ["ingress", "prerouting"] as const) {
    buildTable(hook);
    note(`dropped by nftables at ${hook}`, behind(pass) - made);
    const shown = run("nft", "list", "counter", "inet", "egide", "banned4");
    insist(Number(/packets (\d+)/.exec(shown)?.[1] ?? 0));
    run("nft", "delete", "table", "inet", "egide");
  }
}
process.stdout.write(`${JSON.stringify(result)}\n`);
