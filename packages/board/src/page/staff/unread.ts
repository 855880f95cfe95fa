import type { Clock } from "@egide/std/clock.ts";

/** Whoever takes nothing for this long has left, or never meant to read. */
const STALL_MS = 60_000;

/**
 * A body made as it is read. `done` is called once everything behind it is let go, however it ends:
 * whole, failed, given up by who asked for it, or left unread.
 */
export function bodyOf(
  pieces: AsyncIterable<Uint8Array>,
  clock: Clock,
  done: () => void,
): ReadableStream<Uint8Array> {
  const all = pieces[Symbol.asyncIterator]();
  let stall = clock.after(STALL_MS, () => undefined);
  let isOver = false;
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
      try {
        for (;;) {
          const next = await all.next();
          if (isOver) return;
          if (next.done === true) {
            await end();
            controller.close();
            return;
          }
          // A pull that brings nothing is not made again.
          if (next.value.length === 0) continue;
          controller.enqueue(new Uint8Array(next.value));
          break;
        }
      } catch (error) {
        await end();
        throw error;
      }
      stall = clock.after(STALL_MS, () => {
        controller.error(new Error("nobody reads"));
        end().catch(() => undefined);
      });
    },
    cancel: end,
  });
}
