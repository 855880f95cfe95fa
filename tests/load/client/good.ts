import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "@egide/testkit/process.ts";
import type { Window } from "./latency.ts";

/** The good visitor, watched from here. */
export class GoodClient {
  readonly #process: RunningProcess;

  private constructor(process: RunningProcess) {
    this.#process = process;
  }

  static async start(port: number): Promise<GoodClient> {
    const main = fileURLToPath(new URL("good-main.ts", import.meta.url));
    const command = [process.execPath, main, String(port)];
    return new GoodClient(await startProcess(command, { ready: /visiting/ }));
  }

  /** Figures since the last call. */
  async window(): Promise<Window> {
    const from = this.#process.mark();
    this.#process.signal("SIGUSR1");
    const [line] = await this.#process.printed(/^\{.*\}$/m, 10_000, from);
    return JSON.parse(line) as Window;
  }

  async stop(): Promise<void> {
    await this.#process.kill();
  }
}
