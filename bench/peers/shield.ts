import type { Peer } from "../peer.ts";
import { configure, EGIDE_MAIN, firstLine } from "./peers.ts";

/** Peers of the suite `shield`, each with its own way to refuse. */
export const shieldPeers: readonly Peer[] = [
  {
    name: "egide",
    tls: false,
    cache: false,
    version: () => firstLine([process.execPath, EGIDE_MAIN, "version"]),
    async command(ground) {
      const config = configure("shield/egide.yaml", ground);
      return { argv: [process.execPath, EGIDE_MAIN, "edge", "--config", config] };
    },
    async prepared(folder) {
      const words = ["ban", "add", "--address", "127.0.0.2", "--state", `${folder}/state`];
      const { exitCode, stderr } = Bun.spawnSync([process.execPath, EGIDE_MAIN, ...words]);
      if (exitCode !== 0) throw new Error(stderr.toString());
    },
  },
  {
    name: "nginx",
    tls: false,
    cache: false,
    version: () => firstLine(["nginx", "-v"]),
    async command(ground) {
      return { argv: ["nginx", "-c", configure("shield/nginx.conf", ground)] };
    },
  },
  {
    name: "haproxy",
    tls: false,
    cache: false,
    version: () => firstLine(["haproxy", "-v"]),
    async command(ground) {
      return { argv: ["haproxy", "-f", configure("shield/haproxy.cfg", ground)] };
    },
  },
];
