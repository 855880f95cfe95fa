import type { ProxyHeaderResult } from "#accept/proxy-protocol/read.ts";
import type { Endpoint } from "#wire/conn.ts";

const FIXED = 16;
/** Addresses and extensions beyond this are no header that an edge would be sent. */
const MAX_REST = 4096;
const CRC32C = 0x03;

/** Length of the address block by address family and transport (section 2.2); -1: not for a stream. */
function addressBytes(family: number): number {
  switch (family) {
    case 0x00:
      return 0;
    case 0x11:
      return 12;
    case 0x21:
      return 36;
    case 0x31:
      return 216;
    default:
      return -1;
  }
}

const malformed: ProxyHeaderResult = { kind: "fault", code: "proxy_protocol.malformed" };
const unsupported: ProxyHeaderResult = { kind: "fault", code: "proxy_protocol.unsupported" };

/** The binary header; its signature was recognised. `crc` computes CRC-32c over several pieces. */
export function readV2(
  bytes: Uint8Array,
  crc: (...pieces: Uint8Array[]) => number,
): ProxyHeaderResult {
  if (bytes.length < FIXED) return { kind: "incomplete" };
  const command = bytes[12] as number;
  const family = bytes[13] as number;
  const rest = u16(bytes, 14);
  // "must be rejected": versions, commands, families that do not exist, and datagrams on a stream.
  if (command !== 0x20 && command !== 0x21) return unsupported;
  const local = command === 0x20;
  const addresses = addressBytes(family);
  if (addresses === -1 && !local) return unsupported;
  if (rest > MAX_REST) return { kind: "fault", code: "proxy_protocol.too_large" };
  if (!local && rest < addresses) return malformed;
  const length = FIXED + rest;
  if (bytes.length < length) return { kind: "incomplete" };
  // LOCAL: "the receiver must … discard the protocol block", whatever family it names.
  if (!local) {
    const fault = checkExtensions(bytes.subarray(0, length), FIXED + addresses, crc);
    if (fault !== null) return fault;
  }
  const header = { kind: "header", version: 2, length } as const;
  if (local) return { ...header, source: null, destination: null };
  if (family === 0x11) {
    return { ...header, source: ip4(bytes, 16, 24), destination: ip4(bytes, 20, 26) };
  }
  if (family === 0x21) {
    return { ...header, source: ip6(bytes, 16, 48), destination: ip6(bytes, 32, 50) };
  }
  return { ...header, source: null, destination: null };
}

/** Section 2.2.x: type, length, value, filling the header exactly; a checksum must be right. */
function checkExtensions(
  header: Uint8Array,
  from: number,
  crc: (...pieces: Uint8Array[]) => number,
): ProxyHeaderResult | null {
  let at = from;
  while (at < header.length) {
    if (at + 3 > header.length) return malformed;
    const size = u16(header, at + 1);
    const value = at + 3;
    if (value + size > header.length) return malformed;
    if (header[at] === CRC32C) {
      if (size !== 4) return malformed;
      const sent = ((u16(header, value) << 16) | u16(header, value + 2)) >>> 0;
      const own = crc(header.subarray(0, value), new Uint8Array(4), header.subarray(value + 4));
      if (own !== sent) return { kind: "fault", code: "proxy_protocol.checksum" };
    }
    at = value + size;
  }
  return null;
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function ip4(bytes: Uint8Array, at: number, port: number): Endpoint {
  return { address: bytes.subarray(at, at + 4).join("."), port: u16(bytes, port) };
}

/** RFC 5952: lower case, no leading zeros, the longest run of zeros (two or more) shortened. */
function ip6(bytes: Uint8Array, at: number, port: number): Endpoint {
  const groups = Array.from({ length: 8 }, (_, i) => u16(bytes, at + 2 * i));
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      best = i;
      length = run;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  const address =
    best === -1
      ? hex.join(":")
      : `${hex.slice(0, best).join(":")}::${hex.slice(best + length).join(":")}`;
  return { address, port: u16(bytes, port) };
}
