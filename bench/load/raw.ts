import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadResult } from "./http.ts";

/** What a client sends, head and body. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** Name and value in turn; Content-Length comes by itself. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Connections at a time: few, so that little is under way uncounted when time is up. */
const CLIENTS = 4;

/** Writes requests down as raw.lua reads them. */
export function writeRequests(path: string, requests: readonly RawRequest[]): void {
  writeFileSync(
    path,
    requests
      .map((request) => {
        const text = rawText(request);
        return `${Buffer.byteLength(text, "latin1")}\n${text}`;
      })
      .join(""),
    "latin1",
  );
}

function rawText({ method, target, headers, body }: RawRequest): string {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  if (body !== "") head += `Content-Length: ${body.length}\r\n`;
  return `${head}\r\n${body}`;
}

/** Sends the requests of a file for some seconds, by wrk on the load's core. */
export async function runRaw(port: number, file: string, seconds: number): Promise<LoadResult> {
  const argv = [
    "taskset",
    "-c",
    "1",
    "wrk",
    "-t1",
    `-c${CLIENTS}`,
    `-d${seconds}s`,
    "--timeout",
    "30s",
    "--latency",
    "-s",
    join(import.meta.dirname, "raw.lua"),
    `http://127.0.0.1:${port}/`,
    "--",
    file,
  ];
  const child = Bun.spawn(argv, { stdout: "pipe", stderr: "pipe", timeout: 60_000 });
  const text = await new Response(child.stdout).text();
  await child.exited;
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const errors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const lost = errors?.slice(1).reduce((sum, count) => sum + Number(count), 0) ?? 0;
  const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(text);
  const scale = p99?.[2] === "s" ? 1e6 : p99?.[2] === "ms" ? 1000 : 1;
  return {
    requests: requests - refused,
    failed: refused + lost,
    seconds,
    p99: Number(p99?.[1] ?? 0) * scale,
  };
}
