import { createChallengeMemory } from "@egide/challenge/verify/memory.ts";
import { createMitigationMemory } from "@egide/edge/mitigate/memory.ts";
import { describe, expect, test } from "bun:test";
import { type Config, configSchema } from "@egide/contract/config.ts";
import { compileSnapshot } from "@egide/contract/snapshot.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import * as fc from "fast-check";
import { createLogger } from "#log/logger.ts";
import { delayAfter, fallsAfter, WORKER_BACKOFF } from "#run/backoff.ts";
import type { ToWorker } from "#run/message.ts";
import { Supervisor, type Thread, type ThreadEvents } from "#run/supervisor.ts";

const CONFIG: Config = configSchema.parse({
  zones: [{ hosts: ["example.org"], origin: "http://127.0.0.1:3000" }],
});
const snapshot = (version: number) => compileSnapshot(CONFIG, [], { version, created: 0 });
const NO_BYTES = new Uint8Array(0);
const KEYS = {
  secret: NO_BYTES,
  ticketKeys: NO_BYTES,
  signingSeed: NO_BYTES,
  addressKey: NO_BYTES,
  pseudonym: "test",
};
const BANS = { buffer: new SharedArrayBuffer(0), secret: NO_BYTES };
const METRICS = { buffer: new SharedArrayBuffer(0), workers: 0 };
const ADDRESSES = { http: ["[::]:8080"], https: ["[::]:8443"] };

class FakeThread implements Thread {
  readonly heard: ToWorker[] = [];
  terminated = false;
  readonly worker: number;
  readonly events: ThreadEvents;

  constructor(worker: number, events: ThreadEvents) {
    this.worker = worker;
    this.events = events;
  }

  post(message: ToWorker): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  ready(): void {
    this.events.message({ kind: "ready", addresses: ADDRESSES });
  }
}

function setUp(workers = 2) {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const lines: string[] = [];
  const supervisor = new Supervisor({
    workers,
    settings: {
      listen: CONFIG.listen,
      log: CONFIG.log,
      cacheBytes: 0,
      cacheDisk: null,
      geo: CONFIG.geo,
      keys: KEYS,
      botRanges: {},
      challenge: createChallengeMemory(),
      rules: "",
      samples: "",
      appeals: "",
      metrics: METRICS,
      mitigation: createMitigationMemory(new Uint8Array(32)),
      bans: BANS,
      limits: BANS,
    },
    snapshot: snapshot(1),
    certificates: [],
    spawn(worker, events) {
      const thread = new FakeThread(worker, events);
      threads.push(thread);
      return thread;
    },
    clock,
    logger: createLogger({
      isTerminal: false,
      level: "info",
      write: (line) => lines.push(line),
      colour: false,
    }),
  });
  return { clock, threads, lines, supervisor };
}

async function started(workers = 2) {
  const all = setUp(workers);
  const starting = all.supervisor.start();
  all.threads[0]?.ready();
  await Promise.resolve();
  await Promise.resolve();
  for (const thread of all.threads.slice(1)) thread.ready();
  await starting;
  return all;
}

describe("supervisor", () => {
  test("the first worker finds the ports, the others share them", async () => {
    const { threads, supervisor } = await started(3);
    const listens = threads.map(
      ({ heard }) => heard[0]?.kind === "start" && heard[0].settings.listen.http,
    );
    expect(listens).toEqual([["[::]:80"], ["[::]:8080"], ["[::]:8080"]]);
    expect(supervisor.ready).toBe(3);
  });

  test("a start that fails is the caller's to hear, with its code", async () => {
    const { threads, supervisor } = setUp();
    const starting = supervisor.start();
    threads[0]?.events.message({
      kind: "failed",
      code: "listen.taken",
      message: "port 80 is taken",
    });
    expect(starting).rejects.toHaveProperty("code", "listen.taken");
  });

  test("a worker that falls is started again, later each time, with the snapshot in force", async () => {
    const { clock, threads, supervisor, lines } = await started();
    supervisor.apply(snapshot(7));
    for (const delay of [100, 200, 400, 800]) {
      const count = threads.length;
      threads.at(-1)?.events.exit(new Error("boom"));
      expect(supervisor.ready).toBe(1);
      clock.advance(delay - 1);
      expect(threads).toHaveLength(count);
      clock.advance(1);
      expect(threads).toHaveLength(count + 1);
      const start = threads.at(-1)?.heard[0];
      expect(start?.kind === "start" && start.snapshot.version).toBe(7);
      threads.at(-1)?.ready();
    }
    expect(lines.filter((line) => line.includes("a worker fell"))).toHaveLength(4);
    expect(lines.join("")).toContain("boom");
    clock.advance(60_000);
    const count = threads.length;
    threads.at(-1)?.events.exit(null);
    clock.advance(100);
    expect(threads).toHaveLength(count + 1);
  });

  test("what changed while a worker was starting reaches it", async () => {
    const { clock, threads, supervisor } = await started();
    threads[1]?.events.exit(null);
    clock.advance(100);
    supervisor.apply(snapshot(9));
    threads.at(-1)?.ready();
    const last = threads.at(-1)?.heard.at(-1);
    expect(last?.kind === "apply" && last.snapshot.version).toBe(9);
  });

  test("while another process takes over, nothing is started", async () => {
    const { clock, threads, supervisor } = await started();
    supervisor.freeze(true);
    threads[1]?.events.exit(null);
    clock.advance(30_000);
    expect(threads).toHaveLength(2);
    supervisor.freeze(false);
    clock.advance(1000);
    expect(threads).toHaveLength(3);
  });

  test("a purge goes to one worker that is ready, and is answered by it", async () => {
    const { threads, supervisor } = await started();
    threads[0]?.events.exit(null);
    const order = { zone: "example.org", targets: [{ kind: "all" }], soft: false } as const;
    const purging = supervisor.purge(order);
    await Promise.resolve();
    expect(threads[0]?.heard.at(-1)?.kind).not.toBe("purge");
    const asked = threads[1]?.heard.at(-1);
    expect(asked).toMatchObject({ kind: "purge", ...order });
    const id = asked?.kind === "purge" ? asked.id : -1;
    threads[1]?.events.message({ kind: "purged", id, at: 42 });
    expect(await purging).toBe(42);
  });

  test("a purge that nobody answers is reported, not waited for", async () => {
    const { clock, threads, supervisor } = await started();
    const order = { zone: "example.org", targets: [{ kind: "all" }], soft: false } as const;
    const failure = async (then: () => void): Promise<string> => {
      const purging = supervisor.purge(order).catch((error: Error) => error.message);
      await Promise.resolve();
      then();
      return String(await purging);
    };
    const asked = threads[0]?.heard;
    expect(await failure(() => clock.advance(5000))).toContain("does not answer");
    const last = () => {
      const message = asked?.at(-1);
      return message?.kind === "purge" ? message.id : -1;
    };
    expect(
      await failure(() => threads[0]?.events.message({ kind: "purged", id: last(), at: null })),
    ).toContain("could not purge");
    expect(await failure(() => threads[0]?.events.exit(null))).toContain("fell");
    threads[1]?.events.exit(null);
    expect(await failure(() => {})).toContain("no worker is ready");
  });

  test("draining ends with the last worker, or a second past its bound", async () => {
    const { clock, threads, supervisor } = await started();
    let done = false;
    const draining = (async () => {
      await supervisor.drain(5000);
      done = true;
    })();
    threads[0]?.events.message({ kind: "drained" });
    clock.advance(5999);
    await Promise.resolve();
    expect(done).toBe(false);
    clock.advance(1);
    await draining;
    expect(threads.every((thread) => thread.terminated)).toBe(true);
    // A thread that ends now is not started again.
    threads[1]?.events.exit(null);
    clock.advance(60_000);
    expect(threads).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});

describe("backoff", () => {
  test("never shrinks within a run of falls, never passes its bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (falls) => {
        const delay = delayAfter(WORKER_BACKOFF, falls);
        expect(delay).toBeLessThanOrEqual(delayAfter(WORKER_BACKOFF, falls + 1));
        expect(delay).toBeLessThanOrEqual(WORKER_BACKOFF.maxMs);
        expect(fallsAfter(WORKER_BACKOFF, falls, 59_999)).toBe(falls + 1);
        expect(fallsAfter(WORKER_BACKOFF, falls, 60_000)).toBe(1);
      }),
    );
  });
});
