import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/* What a newcomer does: `npm run up` in an empty directory, seen from the outside alone. */
const ROOT = join(import.meta.dir, "../..");
const directory = mkdtempSync(join(tmpdir(), "egide-up-"));
let up: Bun.Subprocess<"ignore", "pipe", "pipe">;
let banner = "";
let log = "";
let http = "";
let https = "";

beforeAll(async () => {
  up = Bun.spawn(["node", join(ROOT, "scripts/up.mjs"), "--http", "0", "--https", "0"], {
    env: { ...process.env, INIT_CWD: directory, EGIDE_LISTEN_METRICS: "127.0.0.1:0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  void (async () => {
    for await (const chunk of up.stderr) log += new TextDecoder().decode(chunk);
  })();
  for await (const chunk of up.stdout) {
    banner += new TextDecoder().decode(chunk);
    if (banner.includes("Ctrl-C")) break;
  }
  http = /http +(http:\S+)/.exec(banner)?.[1] ?? "";
  https = /https +(https:\S+)/.exec(banner)?.[1] ?? "";
}, 120_000);

afterAll(async () => {
  up.kill("SIGKILL");
  await up.exited;
  rmSync(directory, { recursive: true, force: true });
});

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(http + path, { headers, redirect: "manual" });
}

async function egide(...args: string[]): Promise<string> {
  const command = ["node", join(ROOT, "apps/egide/bin/egide"), ...args];
  const child = Bun.spawn(command, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect(err).toBe("");
  expect(await child.exited).toBe(0);
  return out;
}

/** Milliseconds until `path` answers `status`. Asked as often as a person could: more would be an attack. */
async function until(path: string, status: number): Promise<number> {
  const began = performance.now();
  while ((await get(path)).status !== status) {
    await Bun.sleep(50);
    if (performance.now() - began > 10_000) throw new Error(`${path} never answered ${status}`);
  }
  return performance.now() - began;
}

describe("npm run up", () => {
  test("prints where it answers", () => {
    expect(banner).toContain("Égide serves.");
    expect(http).toStartWith("http://localhost:");
    expect(https).toStartWith("https://localhost:");
    expect(banner).toMatch(/metrics +http:\/\/127\.0\.0\.1:\d+\/metrics/);
  });

  test("serves the demonstration in two languages, with what the edge adds", async () => {
    const english = await get("/");
    expect(english.status).toBe(200);
    expect(english.headers.get("x-request-id")).toBeTruthy();
    expect(english.headers.get("via")).toContain("egide");
    const text = await english.text();
    expect(text).toContain('<html lang="en">');
    expect(text).toContain("<dt>x-forwarded-for</dt>");
    expect(await (await get("/fr")).text()).toContain('<html lang="fr">');
    // Nothing is asked of third parties.
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("speaks TLS", async () => {
    const response = await fetch(https, { tls: { rejectUnauthorized: false } });
    expect(response.status).toBe(200);
    await response.text();
  });

  test("lets events through as they come", async () => {
    const began = performance.now();
    const response = await get("/events");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toStartWith("data: ");
    expect(performance.now() - began).toBeLessThan(1000);
    await reader.cancel();
  });

  test("takes uploads", async () => {
    const body = new FormData();
    body.append("file", new Blob([new Uint8Array(3_000_000)]), "zeros");
    const response = await fetch(`${http}/upload?lang=fr`, { method: "POST", body });
    expect(await response.text()).toMatch(/3[\s\u202f\u00a0]000[\s\u202f\u00a0]\d{3} octets/);
  });

  test("counts what it did", async () => {
    const address = /metrics +(\S+)/.exec(banner)?.[1] ?? "";
    const text = await (await fetch(address)).text();
    expect(text).toMatch(/egide_requests_total\{zone="site",status="2xx",[^}]*\} [1-9]/);
    expect((await fetch(address.replace("/metrics", "/readyz"))).status).toBe(200);
  });

  test("enforces an order within a second, and its lifting too", async () => {
    const where = ["--directory", "var/orders"];
    const why = ["--reason-en", "Test.", "--reason-fr", "Essai."];
    await egide(
      "order",
      "add",
      "site",
      "block",
      "--id",
      "a",
      "--path",
      "/cached",
      ...why,
      ...where,
    );
    expect(await until("/cached", 403)).toBeLessThan(1000);
    expect((await get("/")).status).toBe(200);
    // Not by another spelling either.
    expect((await get("/%63ached")).status).toBe(403);
    await egide("order", "lift", "a", ...where);
    expect(await until("/cached", 200)).toBeLessThan(1000);
    await egide(
      "order",
      "add",
      "site",
      "block",
      "--id",
      "b",
      "--legal",
      "A court",
      ...why,
      ...where,
    );
    expect(await until("/", 451)).toBeLessThan(1000);
    const refused = await get("/", { accept: "text/html", "accept-language": "fr" });
    expect(await refused.text()).toContain("Essai.");
    await egide("order", "lift", "b", ...where);
    expect(await until("/", 200)).toBeLessThan(1000);
  });

  test("records requests, and its log has no complaint", () => {
    expect(log).not.toMatch(/error|warn/i);
    const records = readFileSync(join(directory, "var/requests.log"), "utf8").trim().split("\n");
    expect(records.length).toBeGreaterThan(5);
    expect(JSON.parse(records[0] as string)).toMatchObject({ zone: "site", status: 200 });
  });

  test("stops in order", async () => {
    up.kill("SIGTERM");
    expect(await up.exited).toBe(0);
  }, 15_000);
});
