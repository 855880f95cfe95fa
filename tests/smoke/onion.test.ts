import { afterAll, beforeAll, expect, test } from "bun:test";
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";
import { RawClient } from "@egide/testkit/raw-client.ts";

/*
 * The board behind the edge as an onion service: its Tor hands connections over from this machine,
 * and says by the PROXY protocol which circuit each came by. And a list of exits, fetched by command.
 */
const ROOT = join(import.meta.dir, "../..");
const PROGRAM = [process.execPath, join(ROOT, "apps/egide/src/main.ts")];
const HOST = "abcdefghijklmnop.onion";
const state = mkdtempSync(join(tmpdir(), "egide-onion-"));
let board: RunningProcess;
let edge: EdgeProcess;

beforeAll(async () => {
  const list = join(state, "published");
  writeFileSync(list, "198.51.100.7\n2001:db8::7\n");
  const update = ["tor", "update", "--state", state, "--from", `file://${list}`];
  const updated = await startProcess([...PROGRAM, ...update]);
  expect(await updated.exited).toBe(0);
  expect(updated.output()).toStartWith("2 exits, as of ");
  writeFileSync(list, "<html>Just a moment");
  const failed = await startProcess([...PROGRAM, ...update]);
  expect([await failed.exited, failed.output()]).toEqual([
    1,
    expect.stringContaining("cli.tor_exits"),
  ]);

  const urls = ["--url", "http://board.test", "--url", `http://${HOST}`];
  const args = ["board", "--state", state, "--listen", "127.0.0.1:0", ...urls];
  board = await startProcess([...PROGRAM, ...args], { ready: /Ctrl-C/, timeoutMs: 30_000 });
  edge = await EdgeProcess.start({
    originPort: Number(/board +http:\S+:(\d+)/.exec(board.output())?.[1]),
    zone: { hosts: [HOST, "board.test"] },
    config: {
      workers: 1,
      kernel: { enabled: false },
      listen: { http: ["127.0.0.1:0"], https: [], proxyProtocol: ["127.0.0.1"] },
    },
  });
}, 60_000);
afterAll(async () => {
  await edge.stop();
  await board.stop();
  rmSync(state, { recursive: true, force: true });
}, 30_000);

/** Posts as Tor hands it over; answers the head of the answer. */
async function post(source: string, host: string, text: string): Promise<string> {
  const client = await RawClient.connect({ port: edge.http });
  const body = new URLSearchParams({ thread: "1", text }).toString();
  client.send(
    `PROXY TCP6 ${source} ::1 65535 42\r\nPOST /b/post HTTP/1.1\r\nHost: ${host}\r\n` +
      `Origin: http://${host}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      `Accept: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  await client.untilEnd(15_000);
  return client.received.toString();
}

test("a circuit is asked for work, whatever Host it names, and leaves no address", async () => {
  const circuit = "fc00:dead:beef:4dad::ffff:ffff";
  for (const host of [HOST, "board.test"]) {
    const answer = await post(circuit, host, `From a circuit to ${host}`);
    expect(answer).toStartWith("HTTP/1.1 403");
    expect(answer).toContain("filter.proof_needed");
  }
  // Somebody who is no circuit is a visitor like any.
  expect(await post("2001:db8::1", "board.test", "From the Internet")).toStartWith("HTTP/1.1 201");
  // An exit of the list, through the very same edge.
  expect(await post("2001:db8::7", "board.test", "From an exit")).toContain("filter.proof_needed");
  const db = new Database(join(state, "board.db"), { readonly: true });
  const kept = db.query("select address from address_trace").all();
  expect(kept).toEqual([{ address: "2001:db8::1" }]);
  db.close();
}, 30_000);
