import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RecordingOrigin } from "@egide/testkit/origin/recording.ts";

/* An attack that is held off without anybody's doing, and somebody who was meant by mistake. */
const LOUD = "203.0.113.77";
let edge: EdgeProcess;
let origin: RecordingOrigin;

beforeAll(async () => {
  origin = await RecordingOrigin.start();
  edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: { mitigation: { mode: "on" } },
    config: { workers: 2, trustedProxies: ["127.0.0.1"], kernel: { enabled: false } },
  });
}, 60_000);

afterAll(async () => {
  await edge.stop();
  await origin.stop();
});

function visit(path: string, client: string, accept: string, init: RequestInit = {}) {
  const headers = { Host: "site.test", Accept: accept, "X-Forwarded-For": client };
  return fetch(`http://127.0.0.1:${edge.http}${path}`, { redirect: "manual", ...init, headers });
}

const egide: EdgeProcess["egide"] = (...args) => edge.egide(...args);

/** Asks for a page as fast as it can until it is blocked; the reference on the page that it sees then. */
async function untilBlocked(client: string): Promise<string> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const asked = Array.from({ length: 40 }, () => visit("/", client, "text/html"));
    for (const answer of await Promise.all(asked)) {
      const [, reference] =
        /appeal\?ref=(1~[^"]+~mitigate\.block~[^"]+)"/.exec(await answer.text()) ?? [];
      if (answer.status === 403 && reference !== undefined) return reference;
    }
  }
  throw new Error("nothing was done about it");
}

test("who is blocked by automation has a receipt, contests it, and is let in again", async () => {
  const ref = await untilBlocked(LOUD);
  const requestId = ref.split("~")[4] as string;
  const appeal = `/.well-known/egide/appeal?ref=${ref}`;

  const body = new URLSearchParams({ ref, text: "This is our monitoring." });
  const contested = await visit("/.well-known/egide/appeal", LOUD, "text/html", {
    method: "POST",
    body,
  });
  expect([contested.status, contested.headers.get("location")]).toEqual([303, appeal]);

  const lifted = await egide("appeal", "lift", requestId, "--answer", "Sorry, go on.");
  expect(lifted.out).toMatch(/mitigation m-\w+ is lifted/);
  // Its evidence is there, though nobody wrote the rule.
  const shown = await egide("appeal", "show", requestId);
  expect(shown.out).toContain("This is our monitoring.");
  expect(shown.out).toContain("requests a second");
  const answer = (await (await visit(appeal, LOUD, "application/json")).json()) as {
    state: string;
    answer: string;
  };
  expect(answer).toMatchObject({ state: "lifted", answer: "Sorry, go on." });
  // Meanwhile the address may have been banned for going on, and a second rule may mean all that ask
  // like it: those are other decisions, lifted alike.
  await egide("ban", "lift", "--address", LOUD);
  for (const [, id = ""] of (await egide("mitigation", "list")).out.matchAll(/^(m-\w+)/gm)) {
    await egide("mitigation", "lift", id);
  }
  expect((await visit("/", LOUD, "text/html")).status).toBe(200);
  expect((await egide("mitigation", "list")).out).toContain("an operator lifted it");
}, 90_000);

test("what was learned is handed over to a newer process, which names nobody", async () => {
  await edge.handOver();
  const text = readFileSync(join(edge.directory, "state", "mitigation.json"), "utf8");
  const { format, zones, visitors } = JSON.parse(text) as {
    format: number;
    zones: Record<string, { learned: number }>;
    visitors: unknown[];
  };
  expect(format).toBe(1);
  expect(Object.values(zones)[0]?.learned).toBeGreaterThan(0);
  expect(visitors.length).toBeGreaterThanOrEqual(0);
  expect(text).not.toContain(LOUD);
  expect(edge.output).not.toContain("can't be read");
}, 60_000);
