import type { Clock } from "@egide/std/clock.ts";

/** Whoever takes nothing for this long has left, or never meant to read. */
const STALL_MS = 60_000;
/** So many bytes are handed out at once: what is waited for is that they are taken, not a whole file. */
const SLICE = 64 * 1024;
/** On average whoever reads takes at least this much (16 KB a second), beyond the first minute. */
const BYTES_PER_MS = 16;

/**
 * A body made as it is read. `done` is called once everything behind it is let go, however it ends:
 * whole, failed, given up by who asked for it, left unread, or read too slowly ever to end.
 */
export function bodyOf(
  pieces: AsyncIterable<Uint8Array>,
  clock: Clock,
  done: () => void,
): ReadableStream<Uint8Array> {
  const all = pieces[Symbol.asyncIterator]();
  let stall = clock.after(STALL_MS, () => undefined);
  let isOver = false;
  let rest: Uint8Array = new Uint8Array(0);
  let taken = 0;
  /** Spent waiting for the reader alone; the database may take its time. */
  let waited = 0;
  let handed: { readonly at: number; readonly length: number } | null = null;
  const end = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    stall.cancel();
    try {
      await all.return?.();
    } finally {
      done();
    }
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      stall.cancel();
      if (handed !== null) {
        taken += handed.length;
        waited += clock.monotonic() - handed.at;
      }
      try {
        // A pull that brings nothing is not made again.
        while (rest.length === 0) {
          const next = await all.next();
          if (isOver) return;
          if (next.done === true) {
            await end();
            controller.close();
            return;
          }
          rest = next.value;
        }
        const slice = new Uint8Array(rest.subarray(0, SLICE));
        rest = rest.subarray(SLICE);
        controller.enqueue(slice);
        handed = { at: clock.monotonic(), length: slice.length };
      } catch (error) {
        await end();
        throw error;
      }
      const left = STALL_MS + taken / BYTES_PER_MS - waited;
      stall = clock.after(Math.min(STALL_MS, left), () => {
        controller.error(new Error("nobody reads"));
        end().catch(() => undefined);
      });
    },
    cancel: end,
  });
}
