import { parseListenAddress } from "@egide/contract/policy/address.ts";
import { renderProcess } from "@egide/edge/log/metrics/process.ts";
import { type MetricsMemory, SharedMetrics } from "@egide/edge/log/metrics/shared.ts";
import { METRICS_TYPE, renderMetrics } from "@egide/edge/log/metrics/text.ts";
import { VERSION } from "#command/version.ts";
import type { Logger } from "#log/logger.ts";
import type { Supervisor } from "#run/supervisor.ts";

/** What the private address answers from. */
export interface Health {
  /** Workers that answer, of how many. */
  readonly ready: () => number;
  readonly wanted: number;
  readonly stopping: () => boolean;
  readonly metrics: () => string;
  /** The signed list of bans; null: it is not to be had. */
  readonly bans: () => string | null;
}

/**
 * `/metrics`, `/healthz` (the process lives), `/readyz` (it may be sent visitors), and `/bans` where
 * they are exchanged.
 */
export function answerPrivate(health: Health, path: string): Response {
  switch (path) {
    case "/healthz":
      return plain(200, "alive\n");
    case "/readyz": {
      const ready = health.ready();
      const isReady = ready > 0 && !health.stopping();
      return plain(isReady ? 200 : 503, `${ready} of ${health.wanted} workers ready\n`);
    }
    case "/metrics":
      return new Response(health.metrics(), { headers: { "content-type": METRICS_TYPE } });
    case "/bans": {
      const list = health.bans();
      if (list === null) return plain(404, "bans.serve is off\n");
      return new Response(list, { headers: { "content-type": "application/json" } });
    }
    default:
      return plain(404, "here are /metrics, /healthz and /readyz\n");
  }
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** Null where none is wanted, or where the address is taken. */
export function openMetrics(
  address: string | null,
  shown: {
    readonly memory: MetricsMemory;
    readonly kernel: () => string;
    readonly bans: () => string | null;
  },
  supervisor: Supervisor,
  stopping: () => boolean,
  logger: Logger,
): Bun.Server<undefined> | null {
  const at = address === null ? null : parseListenAddress(address);
  if (at === null) return null;
  const counted = new SharedMetrics(shown.memory);
  const health = {
    ready: () => supervisor.ready,
    wanted: supervisor.size,
    stopping,
    bans: shown.bans,
    metrics: () => renderMetrics(counted) + shown.kernel() + renderProcess(VERSION),
  };
  try {
    return Bun.serve({
      hostname: at.host,
      port: at.port,
      fetch: (request) => answerPrivate(health, new URL(request.url).pathname),
    });
  } catch (error) {
    // Visitors come first: an edge without figures is better than none.
    logger.error({ address, error }, "the private address for metrics is taken");
    return null;
  }
}
