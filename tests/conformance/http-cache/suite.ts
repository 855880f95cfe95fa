import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

/**
 * mnot's tests for HTTP caches (BSD-3-Clause), unpacked rather than installed: as a dependency the
 * package would bring all of npm 6 along, which then shadows `npm` in scripts.
 */
const PACKAGE = "http-cache-tests@0.4.5";
const SHA512 =
  "DjuwN9nUZXLTW+wav1LRESCZNVxl8SshwOy4z1pxuWbWt5/ay6sM9QQ1lebBaDO6P1IMBoK6mdf+PuVP/QNL8A==";

export interface Test {
  readonly id: string;
  readonly name: string;
  readonly kind?: "required" | "optimal" | "check";
  readonly depends_on?: readonly string[];
  readonly browser_only?: boolean;
}

export interface Suite {
  readonly name: string;
  readonly tests: readonly Test[];
}

export interface Package {
  readonly suites: readonly Suite[];
  run(base: string, fetch: unknown): Promise<Record<string, true | [string, string]>>;
  /** The suite's own origin server. */
  origin(): Promise<{ child: ChildProcess; port: number }>;
}

function unpack(): string {
  const folder = join(process.cwd(), "node_modules", ".cache", "http-cache-tests");
  const root = join(folder, "package");
  if (existsSync(join(root, "tests", "index.mjs"))) return root;
  mkdirSync(folder, { recursive: true });
  const name = execFileSync("npm", ["pack", PACKAGE, "--silent"], {
    cwd: folder,
    encoding: "utf8",
  });
  const archive = join(folder, name.trim().split("\n").at(-1) ?? "");
  const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (digest !== SHA512) throw new Error(`${PACKAGE} has another content than the one pinned here`);
  execFileSync("tar", ["xzf", archive, "-C", folder]);
  return root;
}

export async function loadSuite(): Promise<Package> {
  const root = unpack();
  const load = (path: string): Promise<Record<string, unknown>> => import(join(root, path));
  const tests = await load("tests/index.mjs");
  const runner = await load("client/runner.mjs");
  const suites = tests["default"] as Suite[];
  return {
    suites,
    async run(base, fetch) {
      const runTests = runner["runTests"] as (...args: unknown[]) => Promise<void>;
      await runTests(suites, fetch, false, base);
      return (runner["getResults"] as () => Record<string, true | [string, string]>)();
    },
    async origin() {
      const script = join(import.meta.dirname, "origin.mjs");
      const child = spawn("node", [script, root], { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      return { child, port: Number(line.toString()) };
    },
  };
}
