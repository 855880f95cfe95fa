import { readFileSync } from "node:fs";

/** What the SYN proxy needs of the kernel (nft(8), "SYNPROXY STATEMENT"), and what else would happen. */
const NEEDED = [
  // Else the visitor's last packet of the handshake opens a connection, and the listener resets it.
  ["net/netfilter/nf_conntrack_tcp_loose", "0"],
  ["net/ipv4/tcp_timestamps", "1"],
] as const;

/**
 * Why a SYN proxy would keep every visitor out, or null: the settings are the operator's, and the edge
 * does not touch them.
 */
export function synProxyObstacle(root = "/proc/sys"): string | null {
  const wrong = NEEDED.filter(([name, value]) => read(`${root}/${name}`) !== value);
  if (wrong.length === 0) return null;
  const wanted = wrong.map(([name, value]) => `${name.replaceAll("/", ".")}=${value}`);
  return `it needs sysctl -w ${wanted.join(" ")}`;
}

/** "" where there is none: connection tracking may not be loaded. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}
