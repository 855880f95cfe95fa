import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RequestLog } from "@egide/contract/request-log.ts";
import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { RawClient } from "@egide/testkit/raw-client.ts";
import { formatRecord } from "@egide/waf/run/record.ts";
import { answer } from "./backend.ts";
import type { Case } from "./case.ts";
import { differenceOf } from "./differences.ts";
import { judge } from "./judge.ts";
import { rawRequest } from "./request.ts";
import { findSetup, testSettings } from "./rules.ts";
import type { StageResult } from "./stage.ts";

/** Stages under way at once: each on a connection of its own, told apart by its number. */
const AT_ONCE = 8;

/** What came back of one stage. */
interface Sent {
  readonly status: number;
  readonly requestId: string;
}

export interface SocketRun {
  readonly rules: string;
  readonly setup: string | undefined;
  readonly cases: readonly Case[];
  readonly failed: (one: Case, problem: string) => void;
}

/** The cases through a running edge: what its front makes of them, and what its log says of the rules. */
export async function runSocket(run: SocketRun): Promise<{ passed: number; failed: number }> {
  const directory = mkdtempSync(join(tmpdir(), "egide-crs-"));
  const log = join(directory, "access.log");
  const origin = startOrigin();
  const edge = await EdgeProcess.start({
    originPort: origin.port,
    zone: {
      hosts: ["*"],
      cache: { enabled: false },
      respond: { compression: { enabled: false } },
      mitigation: { mode: "off" },
      waf: {
        mode: "detect",
        rules: ruleFiles(run, directory),
        paranoia: 4,
        bodyLimit: 13_107_200,
        failMode: "open",
        budgetMs: 10_000,
        record: { share: 0 },
      },
    },
    config: { log: { sink: { kind: "file", path: log }, flushSeconds: 0.02 } },
  });
  const sent = new Map<string, Sent>();
  const jobs = run.cases.flatMap((one, index) =>
    one.stages.map((stage, at) => ({ key: `${index}.${at}`, raw: rawRequest(stage.input) })),
  );
  let next = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      sent.set(job.key, await send(edge.http, job.raw));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const records = await readLog(log, [...sent.values()]);
  await edge.stop();
  origin.stop(true);
  rmSync(directory, { recursive: true, force: true });
  let passed = 0;
  let failed = 0;
  for (const [index, one] of run.cases.entries()) {
    const problem = one.stages
      .map((stage, at) => {
        const got = sent.get(`${index}.${at}`) as Sent;
        return judge(stage.output, resultOf(got, records.get(got.requestId)));
      })
      .find((found) => found !== undefined);
    const difference = problem === undefined ? undefined : differenceOf(one, problem);
    if (problem === undefined) passed++;
    else if (difference === undefined) {
      failed++;
      run.failed(one, problem);
    } else console.log(`DIFFERS ${one.rule_id}-${one.test_id}: ${difference.why}`);
  }
  return { passed, failed };
}

function ruleFiles({ rules, setup }: SocketRun, directory: string): string[] {
  const folder = join(directory, "rules");
  mkdirSync(folder);
  // Sorted between the set-up and the rules that give what is not set its default.
  const own = join(folder, "REQUEST-900-TEST-SETTINGS.conf");
  writeFileSync(own, testSettings);
  const setupFile = setup ?? findSetup(rules);
  return [...(setupFile === undefined ? [] : [setupFile]), own, rules];
}

/** CRS's back end: it answers with what the request says, after the whole of it has come. */
function startOrigin(): Bun.TCPSocketListener<{ text: string }> {
  return Bun.listen<{ text: string }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { text: "" };
      },
      data(socket, chunk) {
        socket.data.text += chunk.toString("latin1");
        const { text } = socket.data;
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = text.slice(0, end);
        const body = bodyOf(head, text.slice(end + 4));
        if (body === null) return;
        const path = head.split(" ", 2)[1] ?? "/";
        const response = answer(path, body);
        let out = `HTTP/1.1 ${response.status} Reflected\r\nContent-Length: ${response.body.length}\r\nConnection: close\r\n`;
        for (let i = 0; i < response.headers.length; i += 2) {
          out += `${response.headers[i]}: ${response.headers[i + 1]}\r\n`;
        }
        socket.end(Buffer.from(`${out}\r\n${response.body}`, "latin1"));
      },
    },
  });
}

/** Null while it is not whole. */
function bodyOf(head: string, rest: string): string | null {
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return rest.length >= Number(length) ? rest : null;
  if (!/^transfer-encoding: *chunked/im.test(head)) return "";
  let out = "";
  for (let at = 0; ; ) {
    const end = rest.indexOf("\r\n", at);
    if (end < 0) return null;
    const size = Number.parseInt(rest.slice(at, end), 16);
    if (size === 0) return rest.endsWith("\r\n\r\n") ? out : null;
    if (rest.length < end + 2 + size + 2) return null;
    out += rest.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}

async function send(port: number, raw: string): Promise<Sent> {
  const client = await RawClient.connect({ port });
  client.send(raw);
  // A body that was announced and does not come is given a moment, then ended.
  const whole = await client
    .until((received) => (client.ended || isWhole(received) ? true : undefined), 3000)
    .catch(() => false);
  if (!whole) {
    client.end();
    await client.untilEnd(3000).catch(() => undefined);
  }
  const text = client.received.toString("latin1");
  client.destroy();
  return {
    status: Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 0),
    requestId: /^x-request-id: *(\S+)/im.exec(text)?.[1] ?? "",
  };
}

function isWhole(received: Buffer): boolean {
  const text = received.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

/** Waits until every request that was answered stands in the log. */
async function readLog(path: string, sent: readonly Sent[]): Promise<Map<string, RequestLog>> {
  const until = performance.now() + 10_000;
  for (;;) {
    const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    // What stands behind the last line feed is not written to its end yet.
    lines.pop();
    const records = new Map(
      lines
        .map((line) => JSON.parse(line) as RequestLog)
        .map((record) => [record.requestId, record]),
    );
    const isWhole = sent.every(({ requestId }) => requestId === "" || records.has(requestId));
    if (isWhole || performance.now() > until) return records;
    await Bun.sleep(20);
  }
}

function resultOf(sent: Sent, record: RequestLog | undefined): StageResult {
  const matches = record?.waf?.matches ?? [];
  const refused = record === undefined || record.verdict === "refused" || sent.status === 400;
  return {
    status: sent.status,
    error: refused,
    ids: new Set(matches.map((match) => match.rule)),
    log: matches.map((match) =>
      formatRecord({
        ...match,
        ruleId: match.rule,
        phase: match.phase as 1 | 2 | 3 | 4 | 5,
        severity: match.severity ?? undefined,
        file: "",
        line: 0,
        version: "",
      }),
    ),
    fault: record?.waf?.action === "failed" ? "the engine could not judge" : undefined,
  };
}
