// Brings what npm provides: only where something is missing, and never by `npm ci`, since a registry
// may lack the packages of other platforms that the lock file names.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findBun, ROOT } from "./bun.mjs";

const [MAJOR] = process.versions.node.split(".").map(Number);

/** Installs what is missing; answers the path of Bun. Ends the process where it can't. */
export function install() {
  if (MAJOR < 20) fail(`Node 20 or newer is needed; this is ${process.version}.`);
  if (missing().length > 0 || findBun() === null) {
    process.stderr.write("Installing what is missing (npm install) …\n");
    const { status } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
      cwd: ROOT,
      stdio: ["ignore", process.stderr, process.stderr],
    });
    if (status !== 0) fail("npm install failed: see above.");
  }
  const bun = findBun();
  if (bun === null) fail(`npm has no Bun for ${process.platform} ${process.arch}.`);
  return bun;
}

/** Dependencies that the workspaces name and no node_modules that they see has. */
function missing() {
  const root = manifest(".");
  const folders = [".", ...workspaces(root.workspaces ?? [])];
  return folders.flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = manifest(folder);
    const has = (place, name) => existsSync(join(ROOT, place, "node_modules", name));
    // Of two versions of one package npm puts one into the workspace itself.
    return Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !has(".", name) && !has(folder, name),
    );
  });
}

/** npm's own record of what is where names every workspace. */
function workspaces(patterns) {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const prefixes = patterns.map((pattern) => pattern.replace(/\*$/, ""));
  return Object.keys(lock.packages ?? {}).filter(
    (path) =>
      !path.includes("node_modules") &&
      prefixes.some((prefix) => path.startsWith(prefix)) &&
      existsSync(join(ROOT, path, "package.json")),
  );
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
