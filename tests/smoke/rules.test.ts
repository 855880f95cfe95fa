import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* A zone's own rules against the whole edge: each action, and what origin, visitor and log see of it. */
let edge: EdgeProcess;
let origin: RecordingOrigin;

const path = (is: string): string => `http.request.uri.path eq "${is}"`;
const RULES = [
  {
    id: "moved",
    action: "redirect",
    expression: 'http.request.uri.path wildcard "/old/*"',
    to: { expression: 'wildcard_replace(http.request.uri.path, "/old/*", "/new/${1}")' },
    status: 301,
    keepQuery: true,
  },
  {
    id: "inner",
    action: "rewrite",
    expression: 'starts_with(http.request.uri.path, "/public/")',
    path: { expression: 'regex_replace(http.request.uri.path, "^/public/", "/inner/")' },
  },
  {
    id: "staff",
    action: "skip",
    skip: ["rules"],
    expression: 'http.request.headers["x-staff"][0] in $staff',
  },
  { id: "seen", action: "log", expression: path("/logged") },
  { id: "closed", action: "block", expression: path("/closed") },
  {
    id: "teapot",
    action: "block",
    status: 418,
    body: "short and stout",
    expression: path("/teapot"),
  },
  { id: "hold", action: "tarpit", seconds: 1, expression: path("/tarpit") },
  { id: "prove", action: "challenge", expression: path("/challenge") },
  {
    id: "mark",
    action: "request-headers",
    expression: "not ssl",
    set: { "X-Seen": { expression: 'concat(http.request.method, " ", ip.src)' } },
    remove: ["X-Secret"],
  },
  {
    id: "dress",
    action: "response-headers",
    expression: "http.response.code eq 200",
    set: { "X-Code": { expression: "to_string(http.response.code)" } },
    remove: ["X-Powered-By"],
  },
];

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  origin.reply = () => [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Powered-By: x\r\nCache-Control: no-store\r\n\r\nok",
  ];
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: { rules: RULES },
    config: {
      kernel: { enabled: false },
      lists: { staff: { kind: "string", items: ["alice"] } },
      log: { sink: { kind: "file", path: "access.log" }, flushSeconds: 0.1 },
    },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

function visit(target: string, headers: Record<string, string> = {}): Promise<Response> {
  const init = { redirect: "manual" as const, headers: { Host: "site.test", ...headers } };
  return fetch(`http://127.0.0.1:${edge.http}${target}`, init);
}

describe("a zone's own rules", () => {
  test("redirect", async () => {
    const response = await visit("/old/a?b=c");
    expect([response.status, response.headers.get("location")]).toEqual([301, "/new/a?b=c"]);
  });

  test("rewrite what the origin is asked for, and change fields both ways", async () => {
    const response = await visit("/public/a?b=c", { "X-Secret": "s", "X-Seen": "forged" });
    expect([response.status, await response.text()]).toEqual([200, "ok"]);
    const fields = ["x-code", "x-powered-by"].map((name) => response.headers.get(name));
    expect(fields).toEqual(["200", null]);
    expect(origin.requests.at(-1)?.request.target).toBe("/inner/a?b=c");
    const bytes = [...origin.recorded().values()].map((one) => one.toString("latin1")).join("");
    expect(bytes).toContain("X-Seen: GET 127.0.0.1\r\n");
    expect(bytes).not.toMatch(/x-secret|forged/i);
  });

  test("refuse, with a page or with words of the zone's own", async () => {
    expect((await visit("/closed")).status).toBe(403);
    const teapot = await visit("/teapot");
    expect([teapot.status, await teapot.text()]).toEqual([418, "short and stout"]);
    expect((await visit("/closed", { "X-Staff": "alice" })).status).toBe(200);
    expect((await visit("/closed", { "X-Staff": "mallory" })).status).toBe(403);
  });

  test("hold a visitor, then hang up", async () => {
    const started = performance.now();
    expect(
      await visit("/tarpit").then(
        () => "answered",
        () => "dropped",
      ),
    ).toBe("dropped");
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("ask for proof", async () => {
    expect((await visit("/challenge")).status).toBe(403);
  });

  test("stand in the log", async () => {
    expect((await visit("/logged")).status).toBe(200);
    const file = join(edge.directory, "access.log");
    const deadline = performance.now() + 5000;
    let line: { rules?: string[]; path?: string } | undefined;
    while (line === undefined && performance.now() < deadline) {
      const lines = readFileSync(file, "utf8").trim().split("\n");
      line = lines
        .map((one) => JSON.parse(one) as typeof line)
        .find((one) => one?.path === "/logged");
      if (line === undefined) await Bun.sleep(50);
    }
    expect(line?.rules).toEqual(["seen", "mark", "dress"]);
  });
});
