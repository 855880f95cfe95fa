interface Flushable {
  flush(): void;
}

let waiting: Flushable[] = [];
let spare: Flushable[] = [];

/** Calls `flush` once the current turn of the event loop has brought what it brings. */
export function flushLater(one: Flushable): void {
  if (waiting.push(one) === 1) setImmediate(run);
}

function run(): void {
  const batch = waiting;
  waiting = spare;
  for (const one of batch) one.flush();
  batch.length = 0;
  spare = batch;
}
