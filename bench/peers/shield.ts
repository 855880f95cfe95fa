import { join } from "node:path";
import type { Peer } from "../peer.ts";
import { clear } from "../shield/clear.ts";
import { configure, EGIDE_MAIN, firstLine } from "./peers.ts";

/** A peer that refuses; `cookie` is what clears a request of it, once it runs. */
export interface ShieldPeer extends Peer {
  cookie?(folder: string, port: number): Promise<string>;
}

/** A block of this machine's addresses that Égide is told to ban. */
const BANNED = "127.0.3.0/24";
const STAND_IN = join(import.meta.dirname, "shield/stand-in/main.go");

/**
 * What stands in for Anubis, whose module is not to be had: no more than what a challenge in Go can't
 * do without, so that whoever is cheaper than this by a factor is so by more beside the whole.
 */
const goProxy: ShieldPeer = {
  name: "go",
  tls: false,
  cache: false,
  version: () => firstLine(["go", "version"]),
  async command({ folder, ports, origin }) {
    const program = join(folder, "proxy");
    const { exitCode, stderr } = Bun.spawnSync(["go", "build", "-o", program, STAND_IN]);
    if (exitCode !== 0) throw new Error(stderr.toString());
    return {
      argv: [program, `127.0.0.1:${ports.plain}`, `127.0.0.1:${origin}`],
      env: { GOMAXPROCS: "1" },
    };
  },
  async cookie(folder) {
    return (await Bun.file(join(folder, "stdout.log")).text()).trim();
  },
};

/** Peers of the suite `shield`, each with its own way to refuse. */
export const shieldPeers: readonly ShieldPeer[] = [
  {
    name: "egide",
    tls: false,
    cache: false,
    version: () => firstLine([process.execPath, EGIDE_MAIN, "version"]),
    async command(ground) {
      const config = configure("shield/egide.yaml", ground);
      return { argv: [process.execPath, EGIDE_MAIN, "edge", "--config", config] };
    },
    cookie: (_folder, port) => clear(port, "/1k"),
    async prepared(folder) {
      const words = ["ban", "add", "--address", BANNED, "--state", `${folder}/state`];
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
  goProxy,
];
