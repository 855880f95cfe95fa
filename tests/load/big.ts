import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { startOriginProcess } from "@egide/testkit/origin/child.ts";
import { PatternCheck, patternAt } from "@egide/testkit/pattern.ts";
import { residentBytes } from "@egide/testkit/proc.ts";
import type { Socket } from "bun";

export interface BigResult {
  readonly name: string;
  readonly bytes: number;
  readonly seconds: number;
  /** What the transfer added to the edge's resident memory at its highest, bytes. */
  readonly memory: number;
  readonly complaints: readonly string[];
}

/** What one transfer may add, however large it is. */
const MEMORY_LIMIT = 64_000_000;
const STEP = 256 * 1024;

interface Transfer {
  head: string;
  readonly check: PatternCheck;
  readonly done: PromiseWithResolvers<string>;
  sent: number;
}

/** One body of `bytes` down and one up, plain and over TLS, through one edge. */
export async function runBig(
  bytes: number,
  report: (result: BigResult) => void,
): Promise<BigResult[]> {
  const bulk = await startOriginProcess("bulk");
  const edge = await EdgeProcess.start({ originPort: bulk.port, tls: true });
  const results: BigResult[] = [];
  try {
    for (const [name, tls, upload] of [
      ["download", false, false],
      ["upload", false, true],
      ["download over TLS", true, false],
      ["upload over TLS", true, true],
    ] as const) {
      const result = await measure(edge, name, bytes, tls, upload);
      results.push(result);
      report(result);
    }
  } finally {
    await edge.stop();
    await bulk.process.stop();
  }
  return results;
}

async function measure(
  edge: EdgeProcess,
  name: string,
  bytes: number,
  tls: boolean,
  upload: boolean,
): Promise<BigResult> {
  const before = residentBytes(edge.pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(edge.pid));
  }, 50);
  const since = performance.now();
  const complaint = upload ? await send(edge, bytes, tls) : await fetchBig(edge, bytes, tls);
  clearInterval(watch);
  const seconds = (performance.now() - since) / 1000;
  const memory = peak - before;
  const complaints = complaint === "" ? [] : [complaint];
  if (memory > MEMORY_LIMIT) complaints.push(`memory grew by ${Math.round(memory / 1e6)} MB`);
  return { name, bytes, seconds, memory, complaints };
}

async function fetchBig(edge: EdgeProcess, bytes: number, tls: boolean): Promise<string> {
  const { check, done } = await connect(edge, tls, `GET /${bytes} HTTP/1.1\r\n`, 0, bytes);
  const head = await done.promise;
  if (!/^content-length: \d+\r?$/im.test(head)) return "Content-Length was lost";
  return check.intact && check.length === bytes ? "" : `${check.length} bytes, damaged`;
}

async function send(edge: EdgeProcess, bytes: number, tls: boolean): Promise<string> {
  const line = `PUT /x HTTP/1.1\r\nContent-Length: ${bytes}\r\n`;
  const { done } = await connect(edge, tls, line, bytes, -1);
  const answer = await done.promise;
  return answer.endsWith(`\r\n\r\n${bytes} intact`) ? "" : `answered ${answer.slice(0, 80)}`;
}

/** Sends `line` and `upload` bytes; is done after `download` bytes of body, or (-1) a short answer. */
async function connect(
  edge: EdgeProcess,
  tls: boolean,
  line: string,
  upload: number,
  download: number,
): Promise<Transfer> {
  const transfer: Transfer = {
    head: "",
    check: new PatternCheck(),
    done: Promise.withResolvers<string>(),
    sent: 0,
  };
  const pump = (socket: Socket): void => {
    while (transfer.sent < upload) {
      const bytes = patternAt(transfer.sent, Math.min(STEP, upload - transfer.sent));
      const written = socket.write(bytes);
      if (written <= 0) return;
      transfer.sent += written;
    }
  };
  const take = (chunk: Uint8Array): void => {
    transfer.check.take(chunk);
    if (transfer.check.length >= download) transfer.done.resolve(transfer.head);
  };
  await Bun.connect({
    hostname: "127.0.0.1",
    port: tls ? edge.https : edge.http,
    ...(tls ? { tls: { ca: edge.authority.cert, serverName: "site.test" } } : {}),
    socket: {
      open(socket) {
        socket.write(`${line}Host: site.test\r\n\r\n`);
        pump(socket);
      },
      drain: pump,
      data(_socket, chunk) {
        if (download >= 0 && transfer.head.includes("\r\n\r\n")) {
          take(chunk);
          return;
        }
        const before = transfer.head.length;
        transfer.head += chunk.toString("latin1");
        const end = transfer.head.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (download >= 0) {
          transfer.head = transfer.head.slice(0, end + 4);
          take(chunk.subarray(end + 4 - before));
        } else if (/ (intact|damaged)$/.test(transfer.head)) transfer.done.resolve(transfer.head);
      },
      close: () => transfer.done.resolve(transfer.head),
      error: (_socket, error) => transfer.done.reject(error),
    },
  });
  return transfer;
}
