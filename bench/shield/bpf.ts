import { dlopen, ptr, read } from "bun:ffi";

/*
 * As much of bpf(2) as a measurement needs: maps, programs of a few instructions, links to a network
 * device, and running a program on frames that the kernel makes itself. Numbers are those of
 * linux/bpf.h.
 */

const libc = dlopen("libc.so.6", {
  syscall: { args: ["i64", "i64", "ptr", "i64"], returns: "i64" },
  __errno_location: { args: [], returns: "ptr" },
  if_nametoindex: { args: ["ptr"], returns: "u32" },
}).symbols;

const SYS_BPF = { x64: 321n, arm64: 280n }[process.arch as "x64" | "arm64"];
const COMMANDS = { mapCreate: 0, lookUp: 1, update: 2, load: 5, run: 10, link: 28 } as const;
const HASH_MAP = 1;
const PROGRAM_XDP = 6;
const ATTACH_XDP = 37;
const MODE_DRIVER = 4;
const LIVE_FRAMES = 2;

/** Operation, target and source register, offset, and a number: `struct bpf_insn`. */
export type Instruction = readonly [op: number, to: number, from: number, off: number, imm: number];

/** A number of four or of eight bytes, by the offset in `union bpf_attr` at which it stands. */
type Attributes = Readonly<Record<number, number | bigint>>;

function call(command: keyof typeof COMMANDS, attributes: Attributes): number {
  const bytes = new Uint8Array(144);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of Object.entries(attributes)) {
    if (typeof value === "bigint") view.setBigUint64(Number(at), value, true);
    else view.setUint32(Number(at), value, true);
  }
  const size = BigInt(bytes.length);
  if (SYS_BPF === undefined) throw new Error(`bpf(2) has no known number on ${process.arch}`);
  const answer = Number(libc.syscall(SYS_BPF, BigInt(COMMANDS[command]), ptr(bytes), size));
  if (answer >= 0) return answer;
  const place = libc.__errno_location();
  throw new Error(`bpf ${command}: errno ${place === null ? "?" : read.i32(place, 0)}`);
}

const at = (bytes: Uint8Array): bigint => BigInt(ptr(bytes));

export function createHashMap(keyBytes: number, valueBytes: number, most: number): number {
  return call("mapCreate", { 0: HASH_MAP, 4: keyBytes, 8: valueBytes, 12: most });
}

export function putEntry(map: number, key: Uint8Array, value: Uint8Array): void {
  call("update", { 0: map, 8: at(key), 16: at(value) });
}

export function counterOf(map: number, key: Uint8Array): number {
  const value = new Uint8Array(8);
  call("lookUp", { 0: map, 8: at(key), 16: at(value) });
  return Number(new DataView(value.buffer).getBigUint64(0, true));
}

export function loadXdp(instructions: readonly Instruction[]): number {
  const bytes = new Uint8Array(instructions.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, [op, to, from, off, imm]] of instructions.entries()) {
    bytes[i * 8] = op;
    bytes[i * 8 + 1] = to | (from << 4);
    view.setInt16(i * 8 + 2, off, true);
    view.setInt32(i * 8 + 4, imm, true);
  }
  const license = Buffer.from("GPL\0");
  return call("load", { 0: PROGRAM_XDP, 4: instructions.length, 8: at(bytes), 16: at(license) });
}

/** Puts a program before a device, in its driver. It goes when the answer is closed. */
export function attachXdp(program: number, device: number): number {
  return call("link", { 0: program, 4: device, 8: ATTACH_XDP, 12: MODE_DRIVER });
}

/** Has the kernel run a program on so many copies of a frame, which then go where it says. */
export function runOnFrames(program: number, frame: Uint8Array, count: number): void {
  call("run", {
    0: program,
    8: frame.length,
    16: at(frame),
    32: count,
    64: LIVE_FRAMES,
    72: 64,
  });
}

export function indexOfDevice(name: string): number {
  return libc.if_nametoindex(ptr(Buffer.from(`${name}\0`)));
}
