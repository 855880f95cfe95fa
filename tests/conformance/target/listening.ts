import type { RunningProcess } from "@egide/testkit/process.ts";
import { RawClient } from "@egide/testkit/raw-client.ts";

/**
 * Waits until a program that does not say when it is ready takes connections. Refused attempts are
 * repeated at once a round of the event loop, and only as long as the program lives.
 */
export async function untilListening(
  ports: readonly number[],
  running: RunningProcess,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let over: string | null = null;
  const watch = async (): Promise<void> => {
    const code = await running.exited;
    over = `ended with ${code}:\n${running.output()}`;
  };
  void watch();
  for (const port of ports) {
    for (;;) {
      if (over !== null) throw new Error(over);
      if (performance.now() > deadline) throw new Error(`nothing listens on port ${port}`);
      const client = await RawClient.connect({ port }).catch(() => null);
      if (client !== null) {
        client.destroy();
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
