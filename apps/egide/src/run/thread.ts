import type { FromWorker } from "#run/message.ts";
import type { Thread, ThreadEvents } from "#run/supervisor.ts";

/** A Bun worker thread that runs `file`. An exception nobody caught ends it, and it alone. */
export function spawnThread(file: URL, name: string, events: ThreadEvents): Thread {
  const worker = new Worker(file.href, { name });
  let error: Error | null = null;
  worker.addEventListener("message", (event: MessageEvent<FromWorker>) =>
    events.message(event.data),
  );
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    error = event.error instanceof Error ? event.error : errorFrom(event.message);
  });
  worker.addEventListener("close", () => events.exit(error));
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
}

/** Bun reports text: the source around the throw, the line that names the error, where it was. */
function errorFrom(text: string): Error {
  const lines = text.split("\n");
  const named = lines.find((line) => /^\w*(error|exception)\b/i.test(line)) ?? lines[0] ?? text;
  const error = new Error(named.replace(/^error: /, ""));
  error.stack = text;
  return error;
}
