import { renderProcess } from "#log/metrics/process.ts";
import type { SharedMetrics } from "#log/metrics/shared.ts";
import { METRICS_TYPE, renderMetrics } from "#log/metrics/text.ts";

export interface Readiness {
  readonly ready: boolean;
  /** For each thing that was looked at: "" where it is well, else what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface PrivateOptions {
  readonly metrics: SharedMetrics;
  readonly version: string;
  /** Whether this node should be sent visitors: a snapshot loaded, listeners open, not stopping. */
  readonly readiness: () => Readiness;
}

/**
 * What operators ask on the private port: `/metrics`, `/healthz` (the process answers at all) and
 * `/readyz` (it should be sent visitors; 503 while it starts and once it is told to stop).
 */
export function privateHandler(options: PrivateOptions): (request: Request) => Response {
  return (request) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "method not allowed\n", { Allow: "GET, HEAD" });
    }
    switch (new URL(request.url).pathname) {
      case "/metrics":
        return text(
          200,
          renderMetrics(options.metrics) + renderProcess() + build(options.version),
          {
            "Content-Type": METRICS_TYPE,
          },
        );
      case "/healthz":
        return text(200, "ok\n");
      case "/readyz":
        return ready(options.readiness());
      default:
        return text(404, "not found: there are /metrics, /healthz and /readyz\n");
    }
  };
}

function build(version: string): string {
  return `# HELP egide_build_info The version that runs.\n# TYPE egide_build_info gauge\negide_build_info{version="${version}",bun="${Bun.version}"} 1\n`;
}

function ready({ ready, checks }: Readiness): Response {
  let body = ready ? "ready\n" : "not ready\n";
  for (const [name, wrong] of Object.entries(checks)) {
    body += wrong === "" ? `+ ${name}\n` : `- ${name}: ${wrong}\n`;
  }
  return text(ready ? 200 : 503, body);
}

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}
