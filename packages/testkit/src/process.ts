/** A child process that a test started: known by its pid, watched through what it prints. */
export interface RunningProcess {
  readonly pid: number;
  /** All it printed so far, standard output and error in the order they arrived. */
  output(): string;
  /**
   * The first match in what it printed behind `from` (see `mark`) or will print. Rejects when it
   * exits or time runs out.
   */
  printed(pattern: RegExp, timeoutMs?: number, from?: number): Promise<RegExpMatchArray>;
  /** How much it has printed so far: a place to look from later. */
  mark(): number;
  signal(name: NodeJS.Signals): void;
  /** Asks it to end (SIGTERM), and insists (SIGKILL) after `graceMs`. Answers the exit code. */
  stop(graceMs?: number): Promise<number>;
  /** Ends it without warning, as a power cut would. */
  kill(): Promise<void>;
  readonly exited: Promise<number>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Readiness: resolves once this was printed. Without it the process counts as ready at once. */
  readonly ready?: RegExp;
  readonly timeoutMs?: number;
  /** A process that it starts may go on where it ends: it counts as over once nobody can print. */
  readonly outlived?: boolean;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly from: number;
  readonly resolve: (match: RegExpMatchArray) => void;
  readonly reject: (error: Error) => void;
}

/** Long soaks print a lot: what is older than this many characters is forgotten. */
const KEPT_OUTPUT = 4_000_000;

/** Every process started here that has not ended, so that none outlives the tests. */
const living = new Set<Bun.Subprocess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export async function startProcess(
  command: readonly string[],
  options: StartOptions = {},
): Promise<RunningProcess> {
  let output = "";
  let forgotten = 0;
  let ended = false;
  const waiters = new Set<Waiter>();

  const child = Bun.spawn([...command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  living.add(child);

  const find = (pattern: RegExp, from: number): RegExpMatchArray | null =>
    output.slice(Math.max(0, from - forgotten)).match(pattern);
  const settle = (): void => {
    for (const waiter of waiters) {
      const match = find(waiter.pattern, waiter.from);
      if (match !== null) {
        waiters.delete(waiter);
        waiter.resolve(match);
      } else if (ended) {
        waiters.delete(waiter);
        waiter.reject(
          new Error(`${command[0]} ended before it printed ${waiter.pattern}:\n${output}`),
        );
      }
    }
  };

  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      if (output.length > KEPT_OUTPUT) {
        forgotten += output.length - KEPT_OUTPUT / 2;
        output = output.slice(-KEPT_OUTPUT / 2);
      }
      settle();
    }
  };
  const read = Promise.all([collect(child.stdout), collect(child.stderr)]);

  const exited = child.exited.then((code) => {
    living.delete(child);
    return code;
  });
  // Pipes may outlive the process (a child of its own holds them): the end is the process's end.
  const finish = async (): Promise<void> => {
    await exited;
    await (options.outlived === true ? read : Promise.race([read, Bun.sleep(200)]));
    ended = true;
    settle();
  };
  void finish();

  const running: RunningProcess = {
    pid: child.pid,
    output: () => output,
    mark: () => forgotten + output.length,
    printed(pattern, timeoutMs = 15_000, from = 0) {
      const found = find(pattern, from);
      if (found !== null) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          reject(
            new Error(`${command[0]} did not print ${pattern} in ${timeoutMs} ms:\n${output}`),
          );
        }, timeoutMs);
        const waiter: Waiter = {
          pattern,
          from,
          resolve: (match) => {
            clearTimeout(timer);
            resolve(match);
          },
          reject: (error) => {
            clearTimeout(timer);
            reject(error);
          },
        };
        waiters.add(waiter);
        settle();
      });
    },
    signal: (name) => child.kill(name),
    async stop(graceMs = 5000) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    exited,
  };

  if (options.ready !== undefined) {
    try {
      await running.printed(options.ready, options.timeoutMs ?? 15_000);
    } catch (error) {
      await running.kill();
      throw error;
    }
  }
  return running;
}
