import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orderSchema } from "@egide/contract/order.ts";
import { removeOrder, writeOrder } from "#order/store.ts";

/* Real processes and threads around a plain worker: what signals, files and crashes do. */
const PROGRAM = join(import.meta.dir, "testing/serve-plain.ts");
const directory = mkdtempSync(join(tmpdir(), "egide-serve-"));
const file = join(directory, "egide.yaml");
const running: Serving[] = [];

interface Serving {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly port: number;
  /** Resolves once the log has a line with `text`. */
  logged(text: string): Promise<void>;
}

function configure(zone: string): string {
  return `zones: [{hosts: [${zone}], origin: "http://127.0.0.1:1"}]
listen: {http: ["127.0.0.1:0"], https: [], metrics: null}
workers: 2
state: ${directory}
`;
}

async function start(...args: string[]): Promise<Serving> {
  return startWith({}, ...args);
}

async function startWith(env: Record<string, string>, ...args: string[]): Promise<Serving> {
  const process = Bun.spawn([globalThis.process.execPath, PROGRAM, file, ...args], {
    env: { ...globalThis.process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  let wake = (): void => {};
  const reading = (async () => {
    for await (const chunk of process.stderr) {
      log += new TextDecoder().decode(chunk);
      wake();
    }
  })();
  void reading;
  let ready = "";
  for await (const chunk of process.stdout) {
    ready += new TextDecoder().decode(chunk);
    if (ready.includes("\n")) break;
  }
  const serving = {
    process,
    port: Number(/:(\d+)\n/.exec(ready)?.[1]),
    async logged(text: string) {
      while (!log.includes(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  running.push(serving);
  return serving;
}

/** Answers process, snapshot version, zone and number of orders; or "" after a connection that broke. */
async function ask(port: number, path = "/"): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { keepalive: false });
    return await response.text();
  } catch {
    return "";
  }
}

async function until(condition: () => Promise<boolean>, ms: number): Promise<number> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > ms) throw new Error(`not within ${ms} ms`);
  }
  return performance.now() - began;
}

afterEach(async () => {
  for (const { process } of running.splice(0)) {
    process.kill("SIGKILL");
    await process.exited;
  }
});

describe("the process", () => {
  test("reloads what is sound, keeps what runs where the file is broken", async () => {
    writeFileSync(file, configure("one.example"));
    const serving = await start();
    expect(await ask(serving.port)).toContain(" one.example ");
    writeFileSync(file, configure("two.example").replace("origin", "orgin"));
    serving.process.kill("SIGHUP");
    await serving.logged("configuration not taken");
    await serving.logged("did you mean");
    expect(await ask(serving.port)).toContain(" one.example ");
    writeFileSync(file, configure("two.example"));
    serving.process.kill("SIGHUP");
    await until(async () => (await ask(serving.port)).includes(" two.example "), 3000);
  }, 20_000);

  test("a worker's crash is contained, reported and mended", async () => {
    writeFileSync(file, configure("one.example"));
    const serving = await start();
    expect(await ask(serving.port, "/fall")).toBe("");
    await serving.logged("a worker fell");
    await serving.logged("fell as told");
    for (let i = 0; i < 20; i++) expect(await ask(serving.port)).not.toBe("");
    await serving.logged("worker started again");
  }, 20_000);

  test("an edge that falls leaves no listener behind that nobody reads from", async () => {
    writeFileSync(file, configure("one.example"));
    const fallOnce = join(directory, "fell");
    const serving = await startWith({ WORKER: "./fragile-worker.ts", FALL_ONCE: fallOnce });
    await serving.logged("fell as told");
    await serving.logged("worker started again");
    for (let i = 0; i < 40; i++) expect(await ask(serving.port)).not.toBe("");
  }, 20_000);

  test("orders are in force, and lifted, within a second; a broken one changes nothing", async () => {
    writeFileSync(file, configure("one.example"));
    const serving = await start();
    const orders = join(directory, "orders");
    const order = orderSchema.parse({
      id: "o-1",
      zone: "one.example",
      measure: "block",
      publicReason: { en: "Test.", fr: "Essai." },
      starts: "2026-01-01T00:00:00Z",
      issuer: "Test",
      reference: "T/1",
    });
    const count = async () => (await ask(serving.port)).split(" ").at(-1);
    writeOrder(orders, order);
    expect(await until(async () => (await count()) === "1", 3000)).toBeLessThan(1000);
    writeFileSync(join(orders, "broken.yaml"), "id: [");
    await serving.logged("orders not taken");
    expect(await count()).toBe("1");
    rmSync(join(orders, "broken.yaml"));
    expect(removeOrder(orders, "o-1")).not.toBeNull();
    expect(await until(async () => (await count()) === "0", 3000)).toBeLessThan(1000);
  }, 20_000);

  test("a newer process takes over without one failed connection", async () => {
    writeFileSync(file, configure("one.example"));
    const first = await start();
    const served = new Map<string, number>();
    let failed = 0;
    const over = new AbortController();
    const visitors = Array.from({ length: 16 }, async () => {
      while (!over.signal.aborted) {
        const answer = await ask(first.port);
        if (answer === "") failed += 1;
        const pid = answer.split(" ")[0] as string;
        served.set(pid, (served.get(pid) ?? 0) + 1);
      }
    });
    let last = first;
    for (let round = 0; round < 2; round++) {
      const next = await start("--takeover");
      expect(next.port).toBe(first.port);
      expect(await last.process.exited).toBe(0);
      last = next;
    }
    over.abort();
    await Promise.all(visitors);
    expect(failed).toBe(0);
    expect(served.size).toBe(3);
  }, 30_000);

  test("a second process does not creep in beside the first", async () => {
    writeFileSync(file, configure("one.example"));
    const first = await start();
    const second = await start();
    await second.logged("already_running");
    expect(await second.process.exited).not.toBe(0);
    expect(await ask(first.port)).not.toBe("");
  }, 20_000);

  test("SIGTERM ends it in order", async () => {
    writeFileSync(file, configure("one.example"));
    const serving = await start();
    serving.process.kill("SIGTERM");
    expect(await serving.process.exited).toBe(0);
    await serving.logged("stopped");
    expect(await ask(serving.port)).toBe("");
  }, 20_000);
});
