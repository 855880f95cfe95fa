import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EchoServer, startEchoServer } from "../h2/echo-server.ts";

/** The outside suite for HTTP/2 and HPACK, pinned, built by Go's own tool. */
const MODULE = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible";
const CASES = 146;

const go = Bun.which("go");
if (go === null) console.warn("left out: h2spec's 146 cases (no go on this machine to build it)");

/** Built once and kept; null where it can't be fetched. */
async function h2spec(): Promise<string | null> {
  const bin = join(tmpdir(), "egide-h2spec-2.2.1");
  const program = join(bin, "h2spec");
  if (existsSync(program)) return program;
  const build = Bun.spawn([go as string, "install", MODULE], {
    env: { ...process.env, GOBIN: bin, GOFLAGS: "" },
    stdout: "ignore",
    stderr: "pipe",
  });
  if ((await build.exited) === 0) return program;
  console.warn(`left out: h2spec can't be built: ${await new Response(build.stderr).text()}`);
  return null;
}

describe.skipIf(go === null)("h2spec", () => {
  let server: EchoServer;
  beforeAll(() => {
    server = startEchoServer();
  });
  afterAll(() => server.stop());

  test("all cases pass, the strict one too", async () => {
    const program = await h2spec();
    if (program === null) return;
    const args = ["-h", "127.0.0.1", "-p", String(server.port), "--strict", "--path", "/big"];
    const child = Bun.spawn([program, ...args], { stdout: "pipe", stderr: "pipe" });
    const output = await new Response(child.stdout).text();
    await child.exited;
    const failures = output.split("\n").filter((line) => line.includes("×"));
    expect(failures).toEqual([]);
    expect(output).toContain(`${CASES} tests, ${CASES} passed, 0 skipped, 0 failed`);
  }, 300_000);
});
