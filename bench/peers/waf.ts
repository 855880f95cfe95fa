import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Ground, Peer } from "../peer.ts";
import { firstLine } from "./peers.ts";

const HERE = import.meta.dirname;
const MAIN = join(HERE, "../../apps/egide/src/main.ts");
const MODULE = "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so";

/** The Core Rule Set that every engine of the run gets. */
export interface RuleFolder {
  readonly rules: string;
  /** crs-setup.conf, or its example. */
  readonly setup: string;
}

/** Finds the set-up file where releases and Debian put it. */
export function ruleFolder(rules: string): RuleFolder {
  const places = [rules, dirname(rules), "/etc/modsecurity/crs"];
  const setup = places
    .flatMap((place) =>
      ["crs-setup.conf", "crs-setup.conf.example"].map((name) => join(place, name)),
    )
    .find((path) => existsSync(path));
  if (setup === undefined) throw new Error(`no crs-setup.conf in or beside ${rules}`);
  return { rules, setup };
}

/** Fills in a file of peers/waf and writes it to the peer's folder. */
function configure(name: string, ground: Ground, crs: RuleFolder, mode = ""): string {
  const text = readFileSync(join(HERE, "waf", name), "utf8")
    .replaceAll("%FOLDER%", ground.folder)
    .replaceAll("%PLAIN%", String(ground.ports.plain))
    .replaceAll("%ORIGIN%", String(ground.origin))
    .replaceAll("%RULES%", crs.rules)
    .replaceAll("%SETUP%", crs.setup)
    .replaceAll("%MODE%", mode);
  const path = join(ground.folder, name);
  writeFileSync(path, text);
  return path;
}

function egide(name: string, mode: "block" | "off", crs: RuleFolder): Peer {
  return {
    name,
    tls: false,
    cache: false,
    version: () => firstLine([process.execPath, MAIN, "version"]),
    async command(ground) {
      return {
        argv: [
          process.execPath,
          MAIN,
          "edge",
          "--config",
          configure("egide.yaml", ground, crs, mode),
        ],
      };
    },
  };
}

function modsecurity(crs: RuleFolder): Peer {
  return {
    name: "modsecurity",
    tls: false,
    cache: false,
    async version() {
      if (!existsSync(MODULE)) {
        console.log("ModSecurity: apt-get install libnginx-mod-http-modsecurity");
        return null;
      }
      return firstLine(["nginx", "-v"]);
    },
    async command(ground) {
      configure("rules.conf", ground, crs);
      return { argv: ["nginx", "-c", configure("nginx.conf", ground, crs)] };
    },
  };
}

/** Caddy with Coraza, built once and kept outside of the repository. */
function coraza(crs: RuleFolder): Peer {
  let binary: string | null = null;
  return {
    name: "coraza",
    tls: false,
    cache: false,
    async version() {
      binary = await buildCoraza();
      return binary === null
        ? null
        : `${await firstLine([binary, "version"])} with ${corazaVersion()}`;
    },
    async command(ground) {
      configure("rules.conf", ground, crs);
      const config = configure("Caddyfile", ground, crs);
      return {
        argv: [binary as string, "run", "--adapter", "caddyfile", "--config", config],
        env: { GOMAXPROCS: "1", HOME: ground.folder },
      };
    },
  };
}

function corazaVersion(): string {
  const text = readFileSync(join(HERE, "coraza/go.mod"), "utf8");
  return /corazawaf\/coraza\/v3 \S+/.exec(text)?.[0] ?? "Coraza";
}

async function buildCoraza(): Promise<string | null> {
  const sources = ["main.go", "go.mod", "go.sum"].map((name) => ({
    name,
    text: readFileSync(join(HERE, "coraza", name)),
  }));
  const hash = createHash("sha256");
  for (const { text } of sources) hash.update(text);
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "egide-bench", `coraza-${hash.digest("hex").slice(0, 16)}`);
  const binary = join(folder, "caddy-coraza");
  if (existsSync(binary)) return binary;
  if (Bun.which("go") === null) {
    console.log("Coraza: install Go, so that it can be built");
    return null;
  }
  console.log("Coraza: building once, which takes minutes");
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of sources) writeFileSync(join(folder, name), text);
  const child = Bun.spawn(["go", "build", "-trimpath", "-o", `${binary}.new`, "."], {
    cwd: folder,
    stdout: "inherit",
    stderr: "inherit",
  });
  if ((await child.exited) !== 0) return null;
  renameSync(`${binary}.new`, binary);
  return binary;
}

export function wafPeers(crs: RuleFolder): readonly Peer[] {
  return [
    egide("egide", "block", crs),
    egide("egide off", "off", crs),
    modsecurity(crs),
    coraza(crs),
  ];
}
