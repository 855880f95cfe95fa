import { startEgide } from "./egide.ts";
import { startHaproxy } from "./haproxy.ts";
import { startNginx } from "./nginx.ts";
import type { Target, TargetName, TargetOptions } from "./target.ts";

export function startTarget(name: TargetName, options: TargetOptions): Promise<Target> {
  switch (name) {
    case "egide":
      return startEgide(options);
    case "nginx":
      return startNginx(options);
    case "haproxy":
      return startHaproxy(options);
    default:
      name satisfies never;
      throw new Error(`unknown target ${String(name)}`);
  }
}
