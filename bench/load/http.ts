import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface LoadResult {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  /** 99th percentile of the time to the whole answer, microseconds. */
  readonly p99: number;
}

export interface HttpLoad {
  /** Names the host; the connection goes to `port` on 127.0.0.1. */
  readonly url: string;
  readonly port: number;
  readonly http2: boolean;
  readonly clients: number;
  /** Streams a connection for HTTP/2, requests in flight for HTTP/1 (1). */
  readonly streams: number;
  readonly requests: number;
  readonly folder: string;
  /** Statuses that are what was asked for, e.g. 4 for 4xx. */
  readonly good: 2 | 4;
}

/** One run of h2load (nghttp2-client), which speaks both versions and writes down every request. */
export async function runHttp(load: HttpLoad): Promise<LoadResult> {
  const log = join(load.folder, "requests.tsv");
  rmSync(log, { force: true });
  const argv = [
    "taskset",
    "-c",
    "1",
    "h2load",
    ...(load.http2 ? [] : ["--h1"]),
    `-n${load.requests}`,
    `-c${load.clients}`,
    `-m${load.streams}`,
    "-t1",
    `--log-file=${log}`,
    `--connect-to=127.0.0.1:${load.port}`,
    load.url,
  ];
  const child = Bun.spawn(argv, { stdout: "pipe", stderr: "pipe", timeout: 120_000 });
  const text = await new Response(child.stdout).text();
  await child.exited;
  const seconds = Number(/finished in ([\d.]+)(ms|s|us)/.exec(text)?.[1] ?? 0);
  const unit = /finished in [\d.]+(ms|s|us)/.exec(text)?.[1];
  const counts = /status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/.exec(text);
  const good = Number(counts?.[load.good === 2 ? 1 : 3] ?? 0);
  return {
    requests: good,
    failed: load.requests - good,
    seconds: unit === "ms" ? seconds / 1000 : unit === "us" ? seconds / 1e6 : seconds,
    p99: percentile(log, 0.99),
  };
}

function percentile(log: string, share: number): number {
  const times: number[] = [];
  for (const line of readFileSync(log, "latin1").split("\n")) {
    const time = Number(line.split("\t")[2]);
    if (time > 0) times.push(time);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * share)] ?? 0;
}

/** New TLS connections, one request on each, by wrk with `Connection: close` (no resumption). */
export async function runConnections(url: string, seconds: number): Promise<LoadResult> {
  const argv = [
    "taskset",
    "-c",
    "1",
    "wrk",
    "-t1",
    "-c16",
    `-d${seconds}s`,
    "--latency",
    "-H",
    "Host: bench.test",
    "-H",
    "Connection: close",
    url,
  ];
  const child = Bun.spawn(argv, { stdout: "pipe", stderr: "pipe", timeout: 120_000 });
  const text = await new Response(child.stdout).text();
  await child.exited;
  const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
  const errors = /connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(text);
  const scale = p99?.[2] === "s" ? 1e6 : p99?.[2] === "ms" ? 1000 : 1;
  return {
    requests,
    failed: errors === null ? 0 : Number(errors[1]) + Number(errors[3]) + Number(errors[4]),
    seconds,
    p99: Number(p99?.[1] ?? 0) * scale,
  };
}
