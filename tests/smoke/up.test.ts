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
/** A red dot. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
  "base64",
);
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
  // Not SIGKILL: it would end the script alone, and leave what it started.
  up.kill("SIGTERM");
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
    // What runs this test has all that is needed.
    expect(log).not.toContain("Installing");
  });

  test("serves a board in two languages, with what the edge adds", async () => {
    const english = await get("/egide/", { "accept-language": "en" });
    expect(english.status).toBe(200);
    expect(english.headers.get("x-request-id")).toBeTruthy();
    expect(english.headers.get("via")).toContain("egide");
    const text = await english.text();
    expect(text).toContain('<html lang="en"');
    const french = await get("/b/", { "accept-language": "fr" });
    expect(await french.text()).toContain('<html lang="fr"');
    // Nothing is asked of third parties.
    expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!localhost)/);
    expect(banner).toMatch(/staff +admin, password \S{16}/);
  });

  test("the edge keeps its pages, and forgets them when somebody posts", async () => {
    const until = performance.now() + 5000;
    let status = "";
    while (!status.includes("hit") && performance.now() < until) {
      const page = await get("/b/thread/1", { "accept-language": "en" });
      status = page.headers.get("cache-status") ?? "";
      await page.text();
    }
    expect(status).toContain("hit");
    const body = new FormData();
    body.append("thread", "1");
    body.append("text", "Through the edge >>1");
    const headers = { origin: http, "sec-fetch-site": "same-origin" };
    const posted = await fetch(`${http}/b/post`, {
      method: "POST",
      body,
      headers,
      redirect: "manual",
    });
    expect(posted.status).toBe(303);
    let seen = false;
    while (!seen && performance.now() < until + 5000) {
      const page = await get("/b/thread/1", { "accept-language": "en" });
      seen = (await page.text()).includes("Through the edge");
    }
    expect(seen).toBe(true);
    const { posts } = (await (await get("/b/thread/1.json")).json()) as { posts: object[] };
    expect(posts.length).toBe(3);
  });

  test("speaks TLS", async () => {
    const response = await fetch(https, { tls: { rejectUnauthorized: false } });
    expect(response.status).toBe(200);
    await response.text();
  });

  test("lets events through as they come", async () => {
    const response = await get("/b/thread/1/events");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const body = new FormData();
    body.append("thread", "1");
    body.append("text", "Live");
    const headers = { origin: http, "sec-fetch-site": "same-origin" };
    await fetch(`${http}/b/post`, { method: "POST", body, headers, redirect: "manual" });
    const began = performance.now();
    let heard = "";
    while (!heard.includes("Live")) {
      const { value, done } = await reader.read();
      if (done) break;
      heard += new TextDecoder().decode(value);
    }
    expect(heard).toContain("Live");
    expect(performance.now() - began).toBeLessThan(2000);
    await reader.cancel();
  });

  test("takes pictures, encodes them anew and serves them inert", async () => {
    const body = new FormData();
    body.append("thread", "1");
    body.append("text", "A picture");
    body.append("files", new Blob([PICTURE]), "dot.png");
    const headers = { origin: http, "sec-fetch-site": "same-origin" };
    const posted = await fetch(`${http}/b/post`, {
      method: "POST",
      body,
      headers,
      redirect: "manual",
    });
    expect(posted.status).toBe(303);
    const page = await (await get("/b/catalog.json")).text();
    expect(page).toContain('"ext":".png"');
    const thread = await (await get("/b/thread/1?fresh")).text();
    const path = /\/media\/[0-9a-f]{64}\.png/.exec(thread)?.[0] ?? "";
    const picture = await get(path);
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect(picture.headers.get("content-security-policy")).toContain("sandbox");
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
      "/overboard",
      ...why,
      ...where,
    );
    expect(await until("/overboard", 403)).toBeLessThan(1000);
    expect((await get("/")).status).toBe(200);
    // Not by another spelling either.
    expect((await get("/%6fverboard")).status).toBe(403);
    await egide("order", "lift", "a", ...where);
    expect(await until("/overboard", 200)).toBeLessThan(1000);
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
    // What npm says of the machine it installs on is its own business.
    expect(log.replace(/^npm .*$/gm, "")).not.toMatch(/error|warn/i);
    const records = readFileSync(join(directory, "var/requests.log"), "utf8").trim().split("\n");
    expect(records.length).toBeGreaterThan(5);
    expect(JSON.parse(records[0] as string)).toMatchObject({ zone: "site", status: 200 });
  });

  test("stops in order", async () => {
    up.kill("SIGTERM");
    expect(await up.exited).toBe(0);
  }, 15_000);
});
