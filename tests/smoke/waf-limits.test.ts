import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestLog } from "@egide/contract/request-log.ts";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";

const LIMIT = 4096;
const folder = mkdtempSync(join(tmpdir(), "egide-waf-"));
const rules = join(folder, "mine.conf");
const log = join(folder, "requests.log");

const refuses = (word: string, more = ""): string =>
  `SecRule ARGS "@contains ${word}" "id:1,phase:2,deny,status:403,log${more}"\n`;

let origin: ReturnType<typeof Bun.serve>;
let edge: EdgeProcess;

const zone = (name: string, waf: Record<string, unknown>): Record<string, unknown> => ({
  hosts: [`${name}.test`],
  origin: `http://127.0.0.1:${origin.port}`,
  waf: { mode: "block", rules: [rules], bodyLimit: LIMIT, ...waf },
});

beforeAll(async () => {
  writeFileSync(rules, refuses("forbidden"));
  origin = Bun.serve({
    port: 0,
    fetch: async (request) => new Response(`got ${(await request.text()).length}`),
  });
  edge = await EdgeProcess.start({
    originPort: origin.port as number,
    config: { log: { sink: { kind: "file", path: log }, flushSeconds: 0.02 } },
    zones: [
      zone("partial", { onLimit: "partial" }),
      zone("reject", { onLimit: "reject" }),
      zone("detect", { onLimit: "reject", mode: "detect" }),
      zone("closed", { rules: "own", budgetMs: 10, bodyLimit: 4_194_304 }),
      zone("open", { rules: "own", budgetMs: 10, bodyLimit: 4_194_304, failMode: "open" }),
    ],
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop(true);
  rmSync(folder, { recursive: true, force: true });
}, 20_000);

interface Posted {
  readonly status: number;
  readonly text: string;
  /** What the request log says of it. */
  readonly waf: RequestLog["waf"];
}

/** Posts a form; `chunked`: without saying how long it is. */
async function post(host: string, body: string, chunked = false): Promise<Posted> {
  const bytes = new TextEncoder().encode(body);
  const response = await fetch(`http://127.0.0.1:${edge.http}/`, {
    method: "POST",
    headers: { Host: `${host}.test`, "Content-Type": "application/x-www-form-urlencoded" },
    body: chunked ? pieces(bytes) : bytes,
  });
  const text = await response.text();
  return { status: response.status, text, waf: await logged(response) };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
}

async function logged(response: Response): Promise<RequestLog["waf"]> {
  const id = response.headers.get("x-request-id") as string;
  let line: string | undefined;
  await until(() => {
    const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
    line = lines.find((one) => one.includes(id) && one.endsWith("}"));
    return line !== undefined;
  });
  return (JSON.parse(line as unknown as string) as RequestLog).waf;
}

/** Of what another process does in its own time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(10);
}

const filler = (bytes: number): string => `a=${"x".repeat(bytes - 2)}`;

describe("a body past the limit", () => {
  test.each([false, true])("is judged by its beginning (chunked: %j)", async (chunked) => {
    const passed = await post("partial", `${filler(3 * LIMIT)}&b=forbidden`, chunked);
    expect(passed).toMatchObject({ status: 200, text: `got ${3 * LIMIT + 12}` });
    const refused = await post("partial", `b=forbidden&${filler(3 * LIMIT)}`, chunked);
    expect(refused).toMatchObject({ status: 403, waf: { action: "blocked" } });
  });

  test.each([false, true])("is refused where nothing may pass unseen (%j)", async (chunked) => {
    expect(await post("reject", filler(LIMIT), chunked)).toMatchObject({ status: 200 });
    const refused = await post("reject", filler(LIMIT + 1), chunked);
    expect(refused).toMatchObject({ status: 413, waf: { action: "blocked" } });
  });

  test("is only written down in detection", async () => {
    const passed = await post("detect", filler(2 * LIMIT));
    expect(passed).toMatchObject({ status: 200, text: `got ${2 * LIMIT}` });
    expect(passed.waf).toMatchObject({ action: "detected" });
  });
});

test("a request that takes longer to judge than it may does what the fail mode says", async () => {
  // Values that are all different, and near to what the rules look for; what was seen before is known.
  const heavy = (name: string): string =>
    Array.from({ length: 900 }, (_, i) => `a${i}=select+${"('".repeat(400)}${name}${i}`).join("&");
  const refused = await post("closed", heavy("one"));
  expect(refused).toMatchObject({ status: 503, waf: { action: "failed", unfinished: [0] } });
  const passed = await post("open", heavy("other"));
  expect(passed).toMatchObject({ status: 200, waf: { action: "failed", unfinished: [0] } });
  // The next one is judged as ever.
  expect(await post("closed", "a=hello")).toMatchObject({ status: 200 });
}, 30_000);

test("rules that no longer load leave those in force, say where, and come back when mended", async () => {
  expect(await post("partial", "a=forbidden")).toMatchObject({ status: 403 });
  writeFileSync(rules, `${refuses("else")}\nSecRule ARGS "@contian x" "id:2,phase:2,deny"\n`);
  await edge.reload();
  await until(() => edge.output.includes("mine.conf:3:"));
  expect(await post("partial", "a=forbidden")).toMatchObject({ status: 403 });
  expect(await post("partial", "a=else")).toMatchObject({ status: 200 });
  writeFileSync(rules, refuses("else"));
  await edge.reload();
  let mended = await post("partial", "a=else");
  // They are loaded beside the requests, and take over when they are there.
  while (mended.status === 200) mended = await post("partial", "a=else");
  expect(mended.status).toBe(403);
  expect(await post("partial", "a=forbidden")).toMatchObject({ status: 200 });
}, 30_000);
