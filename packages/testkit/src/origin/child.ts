import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "#process.ts";

export interface OriginProcess {
  readonly port: number;
  readonly process: RunningProcess;
}

/** Starts an origin in a process of its own, so that its work does not slow the measuring one. */
export async function startOriginProcess(kind: "site" | "bulk"): Promise<OriginProcess> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const process_ = await startProcess([process.execPath, main, kind]);
  const [, port] = await process_.printed(/listening on 127\.0\.0\.1:(\d+)/);
  return { port: Number(port), process: process_ };
}
