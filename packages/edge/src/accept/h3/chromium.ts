import { spawn, spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Debian's browser, for tests with a client that nobody here wrote. */
export function chromiumPath(): string | null {
  const found = spawnSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** Opens a page over QUIC alone, trusting `cert` (PEM) by its key, and gives the page as it stands at the end. */
export function dumpOverQuic(
  chromium: string,
  host: string,
  port: number,
  cert: string,
): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "egide-chromium-"));
  const spki = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    `--user-data-dir=${profile}`,
    "--enable-quic",
    `--origin-to-force-quic-on=${host}:${port}`,
    `--host-resolver-rules=MAP ${host} 127.0.0.1`,
    `--ignore-certificate-errors-spki-list=${createHash("sha256").update(spki).digest("base64")}`,
    "--dump-dom",
    `https://${host}:${port}/`,
  ];
  return new Promise((resolve) => {
    const child = spawn(chromium, args, { stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.on("close", () => {
      rmSync(profile, { recursive: true, force: true });
      resolve(out);
    });
  });
}
