import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* Refusals, their receipts, and what becomes of them when they are contested: the whole edge. */
let edge: EdgeProcess;
let origin: RecordingOrigin;

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: {
      mitigation: { mode: "watch" },
      waf: { mode: "block", rules: "own" },
      rules: [
        {
          id: "no-private",
          expression: 'starts_with(http.request.uri.path, "/private")',
          action: "block",
        },
        {
          id: "own-words",
          expression: 'http.request.uri.path eq "/own"',
          action: "block",
          body: "no",
        },
      ],
    },
    config: { workers: 2, trustedProxies: ["127.0.0.1"], kernel: { enabled: false } },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

function visit(path: string, accept: string, init: RequestInit & { client?: string } = {}) {
  const { client = "203.0.113.5", ...more } = init;
  const headers = { Host: "site.test", Accept: accept, "X-Forwarded-For": client };
  return fetch(`http://127.0.0.1:${edge.http}${path}`, { redirect: "manual", ...more, headers });
}

async function refused(path: string, client?: string) {
  const init = client === undefined ? {} : { client };
  const response = await visit(path, "application/json", init);
  expect(response.status).toBe(403);
  return (await response.json()) as { receipt: string; appeal: string; requestId: string };
}

async function contest(receipt: string, text: string, client?: string): Promise<Response> {
  const body = new URLSearchParams({ ref: receipt, text });
  const init = client === undefined ? {} : { client };
  return visit("/.well-known/egide/appeal", "text/html", { method: "POST", body, ...init });
}

const egide: EdgeProcess["egide"] = (...args) => edge.egide(...args);

async function state(appeal: string): Promise<{ state: string; answer?: string; signed: string }> {
  return (await (await visit(appeal, "application/json")).json()) as never;
}

describe("a refusal by a rule", () => {
  test("comes with a receipt in each format, and one in the operator's own words too", async () => {
    const page = await (await visit("/private/a", "text/html")).text();
    expect(page).toMatch(
      /href="\/\.well-known\/egide\/appeal\?ref=1~[^"]+~rule\.block~no-private~/,
    );
    const text = await (await visit("/private/a", "text/plain")).text();
    expect(text).toContain("Contest this decision: /.well-known/egide/appeal?ref=1~");
    const own = await visit("/own", "text/html");
    expect([await own.text(), own.headers.get("egide-receipt")]).toEqual([
      "no",
      expect.stringContaining("~own-words~"),
    ]);
    expect(await (await visit("/", "text/html")).text()).not.toContain("receipt");
  }, 30_000);

  test("is contested, seen with its evidence, and decided", async () => {
    const { receipt, appeal, requestId } = await refused("/private/letters");
    expect((await state(appeal)).state).toBe("none");
    const sent = await contest(receipt, "These letters are mine.\nPlease.");
    expect([sent.status, sent.headers.get("location")]).toEqual([303, appeal]);
    expect((await state(appeal)).state).toBe("open");
    expect((await egide("appeal", "list")).out).toContain(requestId);
    const shown = await egide("appeal", "show", requestId);
    expect(shown.out).toContain("These letters are mine.");
    expect(shown.out).toContain('starts_with(http.request.uri.path, \\"/private\\")');
    expect(shown.out).not.toContain("203.0.113.5");
    const done = await egide("appeal", "dismiss", requestId, "--answer", "Ask the <owner>.");
    expect([done.code, done.out]).toEqual([0, `${requestId} is dismissed\n`]);
    expect(await state(appeal)).toMatchObject({ state: "dismissed", answer: "Ask the <owner>." });
    expect(await (await visit(appeal, "text/html")).text()).toContain("Ask the &lt;owner&gt;.");
    expect((await egide("appeal", "list")).out).not.toContain(requestId);
  }, 60_000);

  test("has a receipt that the command checks", async () => {
    const { signed } = await state((await refused("/private")).appeal);
    const checked = await egide("appeal", "verify", signed);
    expect(JSON.parse(checked.out)).toMatchObject({ kind: "rule", rule: "no-private" });
    const foreign = await egide("appeal", "verify", signed, "--key", "A".repeat(43));
    expect(foreign.code).toBe(1);
    const { keys } = (await (await visit("/.well-known/egide/keys", "*/*")).json()) as {
      keys: { x: string }[];
    };
    expect((await egide("appeal", "key")).out).toBe(`${keys[0]?.x}\n`);
  }, 60_000);
});

test("a refusal by the rule engine names its rule, and the request where it is sampled", async () => {
  const { receipt, requestId } = await refused("/?q=%27%20or%201=1--");
  expect(receipt).toMatch(/~waf\.blocked~\d+~/);
  expect((await contest(receipt, "I study SQL.")).status).toBe(303);
  const { out } = await egide("appeal", "show", requestId);
  expect(out).toMatch(/by waf \d+ \(waf\.blocked\)/);
  expect(out).toMatch(/rule \d+ refused it/);
}, 60_000);

describe("a ban", () => {
  test("is contested by who is banned, and lifted from there", async () => {
    const client = "203.0.113.9";
    await egide("ban", "add", "--address", "203.0.113.8/31", "--evidence", "scans");
    const { receipt, requestId, appeal } = await refused("/", client);
    expect((await contest(receipt, "I am not a scanner.", client)).status).toBe(303);
    const lifted = await egide("appeal", "lift", requestId, "--answer", "Sorry.");
    expect([lifted.code, lifted.out]).toEqual([
      0,
      `lifted: the ban of 203.0.113.8/31\n${requestId} is lifted\n`,
    ]);
    expect((await visit("/", "text/html", { client })).status).toBe(200);
    expect(await state(appeal)).toMatchObject({ state: "lifted", answer: "Sorry." });
  }, 60_000);
});
