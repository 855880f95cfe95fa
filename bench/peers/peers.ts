import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Ground, Peer } from "../peer.ts";

const HERE = import.meta.dirname;
export const EGIDE_MAIN = join(HERE, "../../apps/egide/src/main.ts");

/** Fills a configuration file's capital words in and writes it to the peer's folder. */
export function configure(name: string, ground: Ground): string {
  const text = readFileSync(join(HERE, name), "utf8")
    .replaceAll("%FOLDER%", ground.folder)
    .replaceAll("%CERTIFICATE%", ground.certificate)
    .replaceAll("%KEY%", ground.key)
    .replaceAll("%PLAIN%", String(ground.ports.plain))
    .replaceAll("%TLS%", String(ground.ports.tls))
    .replaceAll("%ORIGIN%", String(ground.origin));
  const path = join(ground.folder, basename(name));
  writeFileSync(path, text);
  return path;
}

export async function firstLine(argv: string[]): Promise<string | null> {
  try {
    const child = Bun.spawn(argv, { stdout: "pipe", stderr: "pipe" });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return (out + err).split("\n")[0]?.trim() ?? null;
  } catch {
    return null;
  }
}

const nginx: Peer = {
  name: "nginx",
  tls: true,
  cache: true,
  version: () => firstLine(["nginx", "-v"]),
  async command(ground) {
    return { argv: ["nginx", "-c", configure("nginx.conf", ground)] };
  },
};

const haproxy: Peer = {
  name: "haproxy",
  tls: true,
  cache: true,
  version: () => firstLine(["haproxy", "-v"]),
  async command(ground) {
    const both = readFileSync(ground.certificate, "utf8") + readFileSync(ground.key, "utf8");
    writeFileSync(join(ground.folder, "both.pem"), both);
    return { argv: ["haproxy", "-f", configure("haproxy.cfg", ground)] };
  },
};

const varnish: Peer = {
  name: "varnish",
  tls: false,
  cache: true,
  version: () => firstLine(["varnishd", "-V"]),
  async command(ground) {
    const vcl = configure("varnish.vcl", ground);
    const listen = `127.0.0.1:${ground.ports.plain}`;
    return {
      argv: [
        "varnishd",
        "-F",
        "-f",
        vcl,
        "-a",
        listen,
        "-n",
        join(ground.folder, "work"),
        "-s",
        "malloc,256m",
      ],
    };
  },
};

const caddy: Peer = {
  name: "caddy",
  tls: true,
  cache: false,
  version: () => firstLine(["caddy", "version"]),
  async command(ground) {
    return {
      argv: ["caddy", "run", "--adapter", "caddyfile", "--config", configure("Caddyfile", ground)],
      env: { GOMAXPROCS: "1", HOME: ground.folder },
    };
  },
};

const egide: Peer = {
  name: "egide",
  tls: true,
  cache: true,
  version: () => firstLine([process.execPath, EGIDE_MAIN, "version"]),
  async command(ground) {
    const config = configure("egide.yaml", ground);
    // The edge refuses by order, as nginx does by `return`.
    const words = [
      "order",
      "add",
      "bench",
      "block",
      "--path",
      "/refused",
      "--reason-en",
      "Refused",
      "--reason-fr",
      "Refusé",
    ];
    Bun.spawnSync([process.execPath, EGIDE_MAIN, ...words, "--config", config], {
      stdout: "ignore",
      stderr: "inherit",
    });
    return {
      argv: [process.execPath, EGIDE_MAIN, "edge", "--config", config],
    };
  },
};

export const peers: readonly Peer[] = [egide, nginx, haproxy, varnish, caddy];
