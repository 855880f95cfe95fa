// Finds the Bun that npm installed, also where its postinstall script was not allowed to run.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Smaller files are the placeholder that the postinstall script replaces. */
const REAL_BYTES = 1_000_000;

/** @returns {string | null} path of a Bun that fits this machine */
export function findBun() {
  const modules = join(ROOT, "node_modules");
  const candidates = [join(modules, "bun", "bin", "bun.exe")];
  const scope = join(modules, "@oven");
  if (existsSync(scope)) {
    const arch = process.arch === "arm64" ? "aarch64" : process.arch;
    const fits = readdirSync(scope).filter((name) =>
      name.startsWith(`bun-${process.platform}-${arch}`),
    );
    // A musl build runs nowhere but on musl: the others come first.
    fits.sort((a, b) => Number(a.includes("musl")) - Number(b.includes("musl")));
    candidates.push(...fits.map((name) => join(scope, name, "bin", "bun")));
  }
  return candidates.find((path) => existsSync(path) && statSync(path).size > REAL_BYTES) ?? null;
}
