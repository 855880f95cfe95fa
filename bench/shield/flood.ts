import { dlopen, ptr } from "bun:ffi";

/*
 * `flood.ts FROM TO PORT COUNT WHAT`: sends so many packets, each a SYN or a request, and prints what that took of CPU time. What
 * the kernel does with a packet that arrives over a veth pair runs in the context of whoever sent it,
 * so it is in this time too.
 */
const [from, to, portText, countText, what] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  "syn" | "request",
];
const port = Number(portText);
const count = Number(countText);
const BATCH = 256;
const HEADERS = 40;
const REQUEST = Buffer.from(
  "GET /refused HTTP/1.1\r\nHost: bench.test\r\nAccept: text/html\r\n\r\n",
);
const PACKET = what === "syn" ? HEADERS : HEADERS + REQUEST.length;

const libc = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  sendmmsg: { args: ["i32", "ptr", "u32", "i32"], returns: "i32" },
}).symbols;

const packets = new Uint8Array(BATCH * PACKET);
const vectors = new BigUint64Array(BATCH * 2);
const messages = new BigUint64Array(BATCH * 8);
for (let i = 0; i < BATCH; i++) {
  packets.set(packet(10_000 + i * 97), i * PACKET);
  vectors[i * 2] = BigInt(ptr(packets)) + BigInt(i * PACKET);
  vectors[i * 2 + 1] = BigInt(PACKET);
  // struct mmsghdr: no name (the socket is connected), one vector.
  messages[i * 8 + 2] = BigInt(ptr(vectors)) + BigInt(i * 16);
  messages[i * 8 + 3] = 1n;
}

/** An IPv4 header, which the kernel completes (raw(7)), and a TCP segment. */
function packet(sourcePort: number): Uint8Array {
  const bytes = new Uint8Array(PACKET);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  view.setUint16(2, PACKET);
  bytes[8] = 64;
  bytes[9] = 6;
  bytes.set(from.split(".").map(Number), 12);
  bytes.set(to.split(".").map(Number), 16);
  view.setUint16(20, sourcePort);
  view.setUint16(22, port);
  view.setUint32(24, sourcePort * 7919);
  bytes[32] = 0x50;
  bytes[33] = what === "syn" ? 0x02 : 0x18;
  if (what === "request") bytes.set(REQUEST, HEADERS);
  view.setUint16(34, 65_535);
  // Pseudo-header (RFC 9293, section 3.1): both addresses, the protocol, the length.
  let sum = 6 + PACKET - 20;
  for (let at = 12; at < PACKET; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  view.setUint16(36, ~sum & 0xffff);
  return bytes;
}

const fd = libc.socket(2, 3, 255);
const address = new Uint8Array(16);
new DataView(address.buffer).setUint16(0, 2, true);
address.set(to.split(".").map(Number), 4);
if (fd < 0 || libc.connect(fd, ptr(address), 16) !== 0) throw new Error("no raw socket");

function send(total: number): number {
  let sent = 0;
  while (sent < total) {
    const some = libc.sendmmsg(fd, ptr(messages), Math.min(BATCH, total - sent), 0);
    if (some <= 0) throw new Error(`only ${sent} packets could be sent`);
    sent += some;
  }
  return sent;
}

send(10_000);
const before = process.cpuUsage();
const sent = send(count);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ packets: sent, micros: user + system })}\n`);
