import { dlopen, ptr } from "bun:ffi";

/*
 * `attempt.ts KIND PORT COUNT STATUS NETWORK PATH [COOKIE]`: as cheap a client as can be had, so that what it
 * takes of the machine hides little. KIND is `kept` (connections are kept, one request at a time on
 * each) or `new` (a connection for each request, left when the other side ends it or answers, or says
 * nothing for a moment). STATUS begins the status of every answer; "-" if there must be none. It comes
 * from 127.0.NETWORK.0/24.
 * Prints how many attempts there were, what went wrong, and its own CPU time.
 */
const [kind, portText, countText, status, network, path, cookie] = process.argv.slice(2);
const count = Number(countText);
const CLIENTS = 64;
/** Connections come from so many addresses: one would run out of ports. */
const SOURCES = 64;
/** A side that drops without a word is given up after so long. */
const PATIENCE_MS = 10;

const libc = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
}).symbols;

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const SO_RCVTIMEO = 20;
const IP_BIND_ADDRESS_NO_PORT = 24;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

const lines = [`GET ${path} HTTP/1.1`, "Host: bench.test", "Accept: text/html"];
if (cookie !== undefined) lines.push(`Cookie: ${cookie}`);
const request = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
const buffer = Buffer.alloc(262_144);
const one = Int32Array.of(1);
const linger = Int32Array.of(1, 0);
const patience = BigInt64Array.of(status === "-" ? 0n : 2n, BigInt(PATIENCE_MS) * 1000n);
const target = address(1, Number(portText));
const sources = Array.from({ length: SOURCES }, (_, i) =>
  address(Number(network) * 256 + i + 1, 0),
);
let source = 0;
let wrong = 0;
let deadline = 0;

function address(low: number, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, port);
  view.setUint32(4, 0x7f00_0000 + low);
  return bytes;
}

/** A connection; -1: the other side ended it at once. */
function open(): number {
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  libc.setsockopt(fd, 0, IP_BIND_ADDRESS_NO_PORT, ptr(one), 4);
  // Left by a reset: nothing stays behind on either side.
  libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, ptr(linger), 8);
  libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, ptr(patience), 16);
  const from = sources[source++ % SOURCES] as Uint8Array;
  if (libc.bind(fd, ptr(from), 16) === 0 && libc.connect(fd, ptr(target), 16) === 0) return fd;
  libc.close(fd);
  return -1;
}

function send(fd: number): void {
  libc.send(fd, ptr(request), request.length, MSG_NOSIGNAL);
}

/** Length of an answer whose head is in the buffer; 0: not yet. */
function lengthOf(read: number): number {
  const end = buffer.indexOf("\r\n\r\n", 0, "latin1");
  if (end < 0 || end >= read) return 0;
  const head = buffer.toString("latin1", 0, end);
  return end + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

/** Whether the answer to one request was as it had to be. A batch waits for silence but once. */
function receive(fd: number): boolean {
  const flags = performance.now() > deadline ? MSG_DONTWAIT : 0;
  let read = 0;
  for (let whole = 0; ; ) {
    const some = Number(libc.recv(fd, ptr(buffer, read), buffer.length - read, flags));
    if (some <= 0) break;
    read += some;
    whole ||= lengthOf(read);
    if (whole > 0 && read >= whole) break;
  }
  if (status === "-") return read === 0;
  return read > 12 && buffer.toString("latin1", 9, 12).startsWith(status ?? "");
}

function attempts(total: number): void {
  const fds = Array.from({ length: CLIENTS }, kind === "kept" ? open : () => -1);
  for (let done = 0; done < total; done += CLIENTS) {
    for (let i = 0; i < CLIENTS; i++) {
      if (kind === "new") fds[i] = open();
      send(fds[i] as number);
    }
    deadline = status === "-" ? performance.now() + PATIENCE_MS : Number.POSITIVE_INFINITY;
    for (let i = 0; i < CLIENTS; i++) {
      if (!receive(fds[i] as number)) wrong++;
      if (kind === "new") libc.close(fds[i] as number);
    }
  }
  if (kind === "kept") for (const fd of fds) libc.close(fd);
}

const before = process.cpuUsage();
const rounds = Math.ceil(count / CLIENTS);
attempts(rounds * CLIENTS);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({ attempts: rounds * CLIENTS, wrong, micros: user + system })}\n`,
);
