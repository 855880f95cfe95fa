import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadResult, runConnections, runHttp } from "./load/http.ts";
import { runRaw } from "./load/raw.ts";
import type { Ground, Peer } from "./peer.ts";
import { htmlPage } from "./suites/waf-requests.ts";
import { cpuMicros, family, memoryBytes } from "./process.ts";

interface WorkloadBase {
  readonly name: string;
  /** Most that Égide may need, as a multiple of nginx in the same run. */
  readonly goal: number;
}

export type Workload = WorkloadBase &
  (
    | {
        readonly kind: "http";
        readonly tls: boolean;
        readonly http2: boolean;
        readonly path: string;
        readonly requests: number;
        readonly refused?: boolean;
      }
    /** Requests of a file that raw.ts wrote, for some seconds. */
    | { readonly kind: "raw"; readonly file: string; readonly seconds: number }
    | { readonly kind: "connections" | "websocket" | "idle" | "stalled" }
  );

/** One measurement: CPU microseconds a request, or bytes of memory a connection. */
export interface Sample {
  readonly cost: number;
  readonly perSecond: number;
  readonly p99: number;
  readonly failed: number;
}

/** A peer that runs on core 0, with the origin it stands before. */
export class Running {
  readonly name: string;
  readonly #ground: Ground;
  readonly #child: Bun.Subprocess;

  private constructor(name: string, ground: Ground, child: Bun.Subprocess) {
    this.name = name;
    this.#ground = ground;
    this.#child = child;
  }

  static async start(
    peer: Peer,
    origin: number,
    certificate: string,
    key: string,
  ): Promise<Running> {
    const folder = mkdtempSync(join(tmpdir(), `egide-bench-${peer.name}-`));
    chmodSync(folder, 0o777); // nginx serves as www-data
    const ports = { plain: freePort(), tls: freePort() };
    const ground = { folder, ports, origin, certificate, key };
    const { argv, env } = await peer.command(ground);
    const child = Bun.spawn(["taskset", "-c", "0", ...argv], {
      env: { ...process.env, ...env },
      stdout: Bun.file(join(folder, "stdout.log")),
      stderr: Bun.file(join(folder, "stderr.log")),
    });
    await untilOpen(ports.plain, child, folder);
    return new Running(peer.name, ground, child);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The port for plain HTTP. */
  get port(): number {
    return this.#ground.ports.plain;
  }

  get folder(): string {
    return this.#ground.folder;
  }

  async measure(workload: Workload): Promise<Sample> {
    const { ports, folder } = this.#ground;
    const pids = family(this.#child.pid);
    if (workload.kind === "idle" || workload.kind === "stalled") return this.#memory(workload.kind);
    const before = cpuMicros(pids);
    let result: LoadResult;
    if (workload.kind === "http") {
      const { tls, http2, path, requests } = workload;
      result = await runHttp({
        url: `${tls ? "https" : "http"}://bench.test:${tls ? ports.tls : ports.plain}${path}`,
        port: tls ? ports.tls : ports.plain,
        http2,
        clients: http2 ? 16 : 64,
        streams: http2 ? 4 : 1,
        requests,
        folder,
        good: workload.refused === true ? 4 : 2,
      });
    } else if (workload.kind === "raw") {
      result = await runRaw(ports.plain, workload.file, workload.seconds);
    } else if (workload.kind === "connections") {
      result = await runConnections(`https://127.0.0.1:${ports.tls}/1k`, 3);
    } else {
      result = JSON.parse(
        await loadClient(["websocket", String(ports.plain), "64", "500"]),
      ) as LoadResult;
    }
    const used = cpuMicros(pids) - before;
    return {
      cost: used / Math.max(1, result.requests),
      perSecond: result.requests / Math.max(0.001, result.seconds),
      p99: result.p99,
      failed: result.failed,
    };
  }

  async #memory(kind: "idle" | "stalled"): Promise<Sample> {
    const { ports } = this.#ground;
    const pids = family(this.#child.pid);
    const count = kind === "idle" ? 10_000 : 200;
    const before = memoryBytes(pids);
    const port = kind === "idle" ? ports.tls : ports.plain;
    const client = spawnClient([kind, String(port), String(count), "/big"]);
    const line = await firstLine(client.stdout);
    // Buffers fill until the peer stops reading from the origin; nothing tells when, so look until still.
    let bytes = memoryBytes(pids);
    for (let i = 0; i < 20; i++) {
      await Bun.sleep(250);
      const now = memoryBytes(pids);
      const still = Math.abs(now - bytes) < bytes * 0.005;
      bytes = now;
      if (still) break;
    }
    void client.stdin.end();
    await client.exited;
    const { open } = JSON.parse(line) as { open: number };
    return {
      cost: (bytes - before) / Math.max(1, open),
      perSecond: 0,
      p99: 0,
      failed: count - open,
    };
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const gone = await Promise.race([
      this.#child.exited.then(() => true),
      Bun.sleep(5000).then(() => false),
    ]);
    if (!gone) this.#child.kill("SIGKILL");
    rmSync(this.#ground.folder, { recursive: true, force: true });
  }
}

function spawnClient(args: string[]) {
  return Bun.spawn(
    ["taskset", "-c", "1", process.execPath, join(import.meta.dirname, "load/clients.ts"), ...args],
    {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
}

async function loadClient(args: string[]): Promise<string> {
  const client = spawnClient(args);
  const line = await firstLine(client.stdout);
  void client.stdin.end();
  await client.exited;
  return line;
}

export async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  throw new Error(`ended before it said anything: ${text}`);
}

export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

export async function untilOpen(
  port: number,
  child: Bun.Subprocess,
  folder: string,
): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (child.exitCode !== null) break;
    try {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
      socket.end();
      return;
    } catch {
      await Bun.sleep(50);
    }
  }
  const said = await Bun.file(join(folder, "stderr.log")).text();
  throw new Error(`did not open port ${port}: ${said.slice(0, 2000)}`);
}

/** The origin on core 1: nginx with bodies of each size, and a WebSocket echo behind it. */
export async function startOrigin(): Promise<{ port: number; stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), "egide-bench-origin-"));
  const socket = Bun.spawn(
    ["taskset", "-c", "1", process.execPath, join(import.meta.dirname, "origin/socket.ts")],
    { stdout: "pipe" },
  );
  const socketPort = (await firstLine(socket.stdout)).split(" ")[1] as string;
  mkdirSync(join(folder, "www/cached"), { recursive: true });
  for (const [name, size] of Object.entries({
    "1k": 1024,
    "100k": 102_400,
    "1m": 1_048_576,
    big: 67_108_864,
  })) {
    const body = Buffer.alloc(size, "egide bench ");
    writeFileSync(join(folder, "www", name), body);
    if (name !== "big") writeFileSync(join(folder, "www/cached", name), body);
  }
  writeFileSync(join(folder, "www/small.html"), htmlPage(1024));
  writeFileSync(join(folder, "www/page.html"), htmlPage(102_400));
  const port = freePort();
  const conf = await Bun.file(join(import.meta.dirname, "origin/nginx.conf")).text();
  const path = join(folder, "nginx.conf");
  writeFileSync(
    path,
    conf
      .replaceAll("FOLDER", folder)
      .replaceAll("PORT", String(port))
      .replaceAll("SOCKET", socketPort),
  );
  Bun.spawnSync(["chmod", "-R", "a+rX", folder]);
  const child = Bun.spawn(["taskset", "-c", "1", "nginx", "-c", path], {
    stderr: Bun.file(join(folder, "stderr.log")),
  });
  await untilOpen(port, child, folder);
  return {
    port,
    stop() {
      child.kill("SIGTERM");
      socket.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
