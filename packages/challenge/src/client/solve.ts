import { type Portion, unitsOf } from "#client/unit.ts";
import { encodeProof, type Share, type Work } from "#kind/proof.ts";

export interface Task extends Work {
  readonly ticket: string;
}

/** After so long a device may stop at the least that is accepted. */
const PATIENCE_MS = 2500;
/** No worker has said a word for so long: they are blocked without an error. */
const SILENCE_MS = 4000;
const MOST_WORKERS = 8;
/** What the main thread works at a stretch: shorter than a frame. */
const SLICE_MS = 10;

/** In a worker: says that it is there, then works until it is ended. */
export function work(scope: {
  postMessage: (message: unknown) => void;
  onmessage: ((event: MessageEvent) => void) | null;
}): void {
  scope.onmessage = (event): void => {
    const step = unitsOf(event.data as Portion);
    for (;;) for (const share of step()) scope.postMessage(share);
  };
  scope.postMessage(0);
}

/**
 * Does the work on all cores, or, where there are no workers, in slices on the main thread. `progress`
 * hears the number of shares; `done` is called once. Answers what gives up.
 */
export function solve(
  task: Task,
  openWorker: (() => Worker) | null,
  progress: (shares: number) => void,
  done: (proof: Uint8Array) => void,
): () => void {
  const began = Date.now();
  const shares = new Map<number, Share>();
  const workers: Worker[] = [];
  let over = false;
  let timer = 0;

  const stop = (): void => {
    over = true;
    clearTimeout(timer);
    for (const worker of workers) worker.terminate();
  };
  const take = (share: Share): void => {
    if (over) return;
    shares.set(share.index, share);
    progress(shares.size);
    finishIfEnough();
  };
  const finishIfEnough = (): void => {
    const enough = Date.now() - began > PATIENCE_MS ? task.least : task.full;
    if (over || shares.size < enough) return;
    stop();
    done(encodeProof(task.kind, [...shares.values()].slice(0, task.full)));
  };
  const patience = (): void => {
    timer = setTimeout(
      () => {
        finishIfEnough();
        if (!over) patience();
      },
      Math.max(100, PATIENCE_MS + 50 - (Date.now() - began)),
    );
  };

  const onMain = (): void => {
    for (const worker of workers.splice(0)) worker.terminate();
    const step = unitsOf({ ...task, first: 0, stride: 1 });
    const slice = (): void => {
      const until = Date.now() + SLICE_MS;
      do for (const share of step()) take(share);
      while (Date.now() < until);
      if (!over) setTimeout(slice, 0);
    };
    slice();
  };

  const onWorkers = (open: () => Worker): void => {
    // Some browsers tell no number of cores, some an odd one, some more than there are.
    const told = Math.floor(navigator.hardwareConcurrency);
    const count = Math.min(MOST_WORKERS, told > 0 ? told : 1);
    let silent = count;
    const fail = (): void => {
      if (over || workers.length === 0) return;
      onMain();
    };
    const guard = setTimeout(() => silent === count && fail(), SILENCE_MS);
    for (let i = 0; i < count; i++) {
      const worker = open();
      workers.push(worker);
      worker.addEventListener("error", () => {
        clearTimeout(guard);
        fail();
      });
      worker.addEventListener("message", ({ data }: MessageEvent<0 | Share>) => {
        if (data === 0) silent--;
        else take(data);
      });
      worker.postMessage({ ...task, first: i, stride: count } satisfies Portion & Task);
    }
  };

  patience();
  try {
    if (openWorker === null) onMain();
    else onWorkers(openWorker);
  } catch {
    onMain();
  }
  return stop;
}
