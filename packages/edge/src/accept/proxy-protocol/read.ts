import { crc32c } from "#accept/proxy-protocol/crc32c.ts";
import { readV1 } from "#accept/proxy-protocol/v1.ts";
import { readV2 } from "#accept/proxy-protocol/v2.ts";
import type { Endpoint } from "#wire/conn.ts";

/**
 * What a PROXY protocol header says (haproxy.org, doc/proxy-protocol.txt, versions 1 and 2).
 * `source` and `destination` are null where it names none (LOCAL, UNKNOWN, unix sockets): the
 * connection's own ends then hold, as section 2 asks.
 */
export type ProxyHeaderResult =
  | {
      readonly kind: "header";
      readonly version: 1 | 2;
      /** Bytes of the header; what follows belongs to the connection. */
      readonly length: number;
      readonly source: Endpoint | null;
      readonly destination: Endpoint | null;
    }
  | { readonly kind: "incomplete" }
  | { readonly kind: "fault"; readonly code: ProxyFault };

export type ProxyFault =
  | "proxy_protocol.missing"
  | "proxy_protocol.malformed"
  | "proxy_protocol.unsupported"
  | "proxy_protocol.too_large"
  | "proxy_protocol.checksum";

/** Section 2.1: `PROXY ` begins version 1. */
const V1 = Buffer.from("PROXY ", "latin1");
/** Section 2.2: a block that no other protocol begins with. */
export const V2_SIGNATURE: Buffer = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");

const incomplete: ProxyHeaderResult = { kind: "incomplete" };
const missing: ProxyHeaderResult = { kind: "fault", code: "proxy_protocol.missing" };

/**
 * Reads the header that a trusted peer must open with. Pure; call it again with all bytes so far
 * after `incomplete`. A peer that sends anything else is refused, never taken at its own address.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeaderResult {
  if (startsWith(bytes, V2_SIGNATURE)) {
    return bytes.length < V2_SIGNATURE.length ? incomplete : readV2(bytes, crc32c);
  }
  if (startsWith(bytes, V1)) return bytes.length < V1.length ? incomplete : readV1(bytes);
  return missing;
}

/** True while nothing speaks against it: `bytes` may still be shorter than `prefix`. */
function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  const length = Math.min(bytes.length, prefix.length);
  for (let i = 0; i < length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}
