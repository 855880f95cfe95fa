import { fileURLToPath } from "node:url";
import type { Clock } from "@egide/std/clock.ts";
import type { DecodeAnswer, Decoded, DecodeJob } from "#media/decode/job.ts";
import { watchMemory } from "#media/decode/memory.ts";
import { refusal } from "#media/texts.ts";

export interface PoolLimits {
  readonly processes: number;
  readonly timeoutMs: number;
  /** Resident bytes of one process. */
  readonly memoryBytes: number;
  /** Jobs that may wait; what comes beyond is asked to come again. */
  readonly waiting: number;
  /** A process is replaced after so many jobs: what leaks is gone with it. */
  readonly jobs: number;
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  processes: 2,
  timeoutMs: 20_000,
  memoryBytes: 1024 * 1024 * 1024,
  waiting: 200,
  jobs: 1000,
};

const SCRIPT = fileURLToPath(new URL("./worker.ts", import.meta.url));

interface Waiting {
  readonly job: DecodeJob;
  readonly resolve: (decoded: Decoded) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Processes that decode pictures, apart from the one that serves: a decoder that hangs, grows or falls
 * takes nothing with it but the picture.
 */
export class DecoderPool {
  readonly #limits: PoolLimits;
  readonly #clock: Clock;
  readonly #queue: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();

  constructor(limits: PoolLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Throws while as many wait as may. */
  ready(): void {
    if (this.#queue.length >= this.#limits.waiting) throw refusal("media.busy");
  }

  async decode(job: DecodeJob): Promise<Decoded> {
    this.ready();
    return await new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject });
      this.#next();
    });
  }

  stop(): void {
    for (const worker of this.#all) worker.end();
    for (const { reject } of this.#queue.splice(0)) reject(refusal("media.busy"));
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#start();
      if (worker === null) return;
      const waiting = this.#queue.shift() as Waiting;
      void this.#run(worker, waiting);
    }
  }

  async #run(worker: Worker, { job, resolve, reject }: Waiting): Promise<void> {
    const answer = await worker.run(job, this.#limits, this.#clock);
    if (worker.dead || worker.served >= this.#limits.jobs) {
      worker.end();
      this.#all.delete(worker);
    } else this.#idle.push(worker);
    if (answer === "too costly") reject(refusal("media.too_costly"));
    else if (answer === "fell") reject(refusal("media.broken", "the decoder fell"));
    else if (answer.ok) resolve(answer.decoded);
    else reject(refusal("media.broken", answer.reason));
    this.#next();
  }

  #start(): Worker | null {
    if (this.#all.size >= this.#limits.processes) return null;
    const worker = new Worker();
    this.#all.add(worker);
    return worker;
  }
}

type Outcome = DecodeAnswer | "too costly" | "fell";

class Worker {
  readonly #process: Bun.Subprocess;
  #settle: ((outcome: Outcome) => void) | null = null;
  served = 0;
  dead = false;

  constructor() {
    this.#process = Bun.spawn([process.execPath, SCRIPT], {
      env: {},
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      serialization: "json",
      ipc: (message: DecodeAnswer) => this.#settle?.(message),
      onExit: () => {
        this.dead = true;
        this.#settle?.("fell");
      },
    });
    this.#process.unref();
  }

  run(job: DecodeJob, limits: PoolLimits, clock: Clock): Promise<Outcome> {
    this.served++;
    return new Promise((resolve) => {
      const tooCostly = (): void => {
        this.#settle?.("too costly");
        this.end();
      };
      const timer = clock.after(limits.timeoutMs, tooCostly);
      const watch = watchMemory(this.#process.pid, limits.memoryBytes, clock, tooCostly);
      this.#settle = (outcome) => {
        this.#settle = null;
        timer.cancel();
        watch();
        resolve(outcome);
      };
      if (this.dead) this.#settle("fell");
      else this.#process.send(job);
    });
  }

  end(): void {
    this.dead = true;
    this.#process.kill("SIGKILL");
  }
}
