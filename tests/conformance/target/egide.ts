import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import type { Target, TargetOptions } from "./target.ts";

/** The product, with what would change bytes or hide the origin switched off. */
export async function startEgide(options: TargetOptions): Promise<Target> {
  const edge = await EdgeProcess.start({
    originPort: options.originPort,
    zone: {
      hosts: ["site.test"],
      cache: { enabled: false },
      respond: { compression: { enabled: false } },
    },
  });
  return {
    name: "egide",
    h1: edge.http,
    h2: edge.http,
    pid: edge.pid,
    stop: () => edge.stop(),
  };
}
