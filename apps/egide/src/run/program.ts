/** What each worker thread runs. */
export const WORKER_PROGRAM = new URL("./worker.ts", import.meta.url);
