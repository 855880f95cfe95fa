import { join } from "node:path";
import { kernelSchema } from "../../packages/contract/src/policy/kernel.ts";
import { Bans } from "../../packages/edge/src/kernel/bans.ts";
import { NeverBan } from "../../packages/edge/src/kernel/never.ts";
import { KernelDrop } from "../../packages/edge/src/kernel/nft/drop.ts";
import { softirqMicros } from "../process.ts";

/*
 * `kernel.ts PACKETS ROUNDS`, run in a network namespace of its own (unshare -n): what a dropped SYN
 * costs, or a dropped request on a connection that was there before its sender was banned; and how many
 * milliseconds it takes to ban 10,001 addresses. A second namespace floods this one over a veth pair. The sender's CPU time holds its own work
 * and the kernel's; the same flood into a bridge without ports, which takes packets and forgets them, holds the
 * sender's alone. The difference is what arriving and being dropped costs. Prints one JSON line.
 */
const [packets, rounds] = process.argv.slice(2).map(Number) as [number, number];
const PORT = 80;
const SERVER = "10.99.0.1";
const CLIENT = "10.99.0.2";
const NOWHERE = "10.98.0.1";

function run(...argv: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(argv, { timeout: 30_000 });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}

const other = Bun.spawn(["unshare", "-n", "sleep", "600"]);
const there = ["nsenter", "-t", String(other.pid), "-n"];
const result: Record<string, number[]> = {};
try {
  await untilApart(other.pid);
  run(
    "ip",
    "link",
    "add",
    "shield0",
    "type",
    "veth",
    "peer",
    "name",
    "shield1",
    "netns",
    String(other.pid),
  );
  run("ip", "addr", "add", `${SERVER}/24`, "dev", "shield0");
  run("ip", "link", "set", "shield0", "up");
  run(...there, "ip", "addr", "add", `${CLIENT}/24`, "dev", "shield1");
  run(...there, "ip", "link", "set", "shield1", "up");
  run(...there, "ip", "link", "add", "nowhere", "type", "bridge");
  run(...there, "ip", "addr", "add", "10.98.0.2/24", "dev", "nowhere");
  // Without ARP there is no neighbour to wait for.
  run(...there, "ip", "link", "set", "nowhere", "arp", "off", "up");
  const listener = Bun.listen({ hostname: SERVER, port: PORT, socket: { data() {} } });
  for (let round = 0; round < rounds; round++) {
    note("sender", flood(NOWHERE, "syn"));
    note("requestSender", flood(NOWHERE, "request"));
    for (const hook of ["prerouting", "ingress"] as const) note(hook, dropped(hook, "syn"));
    note("request", dropped("prerouting", "request"));
    note("listener", flood(SERVER, "syn"));
  }
  listener.stop(true);
} finally {
  other.kill();
}
process.stdout.write(`${JSON.stringify(result)}\n`);

function note(name: string, micros: number): void {
  (result[name] ??= []).push(micros);
}

/** CPU microseconds of one packet, those of the kernel's own softirq threads included. */
function flood(to: string, what: "syn" | "request"): number {
  const before = softirqMicros();
  const file = join(import.meta.dirname, "flood.ts");
  const words = [CLIENT, to, String(PORT), String(packets), what];
  const text = run(...there, "taskset", "-c", "1", process.execPath, file, ...words);
  const { packets: sent, micros } = JSON.parse(text) as { packets: number; micros: number };
  return (micros + softirqMicros() - before) / sent;
}

/** The product's own table and ban; its counter says that every packet was dropped by it. */
function dropped(hook: "prerouting" | "ingress", what: "syn" | "request"): number {
  const settings = kernelSchema.parse({ hook, devices: ["shield0"] });
  const now = (): number => performance.now();
  const drop: KernelDrop = new KernelDrop({
    table: settings.table,
    ruleset: () => ({ settings, tcpPorts: [PORT], udpPorts: [], never: [], comment: "bench" }),
    bans: () => bans.list(),
    now,
    report: (_level, message, fields) => {
      throw new Error(`${message} ${JSON.stringify(fields)}`);
    },
  });
  const bans = new Bans({ never: new NeverBan(), most: 1e6, now, wall: now, sinks: [drop] });
  // Among ten thousand others: nobody is attacked by one address alone.
  const others = Array.from({ length: 10_000 }, (_, i) => `172.16.${i >> 8}.${i & 255}`);
  drop.build();
  const began = performance.now();
  bans.ban(
    [CLIENT, ...others].map((prefix) => ({
      prefix,
      seconds: 600,
      evidence: "bench",
      by: "operator" as const,
    })),
  );
  note("bans", performance.now() - began);
  const micros = flood(SERVER, what);
  drop.check();
  const counted = drop.dropped().get("banned4")?.packets ?? 0;
  if (counted < packets) throw new Error(`${counted} of ${packets} packets were dropped`);
  drop.close(true);
  return micros;
}

async function untilApart(pid: number): Promise<void> {
  const own = run("readlink", "/proc/self/ns/net");
  for (let i = 0; i < 200; i++) {
    if (run("readlink", `/proc/${pid}/ns/net`) !== own) return;
    await Bun.sleep(10);
  }
  throw new Error("no second namespace");
}
