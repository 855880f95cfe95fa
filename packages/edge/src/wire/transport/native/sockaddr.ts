import { parseIp } from "@egide/std/ip.ts";
import type { Endpoint } from "#wire/conn.ts";

const AF_INET = 2;
const AF_INET6 = 10;

/** An address for `bind` and `connect`: `struct sockaddr_in` or `sockaddr_in6`. Null: not an address. */
export function encodeSockaddr(
  address: string,
  port: number,
): { bytes: Buffer; v6: boolean } | null {
  const ip = parseIp(address);
  if (ip === null) return null;
  const v6 = ip.length === 16;
  const bytes = Buffer.alloc(v6 ? 28 : 16);
  bytes.writeUInt16LE(v6 ? AF_INET6 : AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(ip, v6 ? 8 : 4);
  return { bytes, v6 };
}

/** Reads what `accept4` or `getsockname` wrote; IPv4-mapped addresses are told as IPv4. */
export function decodeSockaddr(bytes: Buffer): Endpoint {
  const family = bytes.readUInt16LE(0);
  const port = bytes.readUInt16BE(2);
  if (family === AF_INET) return { address: v4(bytes, 4), port };
  if (family !== AF_INET6) return { address: "", port: 0 };
  for (let i = 8; i < 18; i++) if (bytes[i] !== 0) return { address: v6(bytes), port };
  return bytes[18] === 0xff && bytes[19] === 0xff
    ? { address: v4(bytes, 20), port }
    : { address: v6(bytes), port };
}

function v4(bytes: Buffer, at: number): string {
  return `${bytes[at] as number}.${bytes[at + 1] as number}.${bytes[at + 2] as number}.${bytes[at + 3] as number}`;
}

/** RFC 5952: the longest run of zero groups (of two or more) is left out. */
function v6(bytes: Buffer): string {
  const groups: number[] = [];
  for (let i = 0; i < 8; i++) groups.push(bytes.readUInt16BE(8 + i * 2));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
  }
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return start < 0 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}
