import type { Zone } from "@egide/contract/policy/zone.ts";
import { AppError } from "@egide/std/error.ts";
import type { Logger } from "#log/logger.ts";
import type { PurgeAnswer, PurgeRequest } from "#purge/message.ts";
import { resolveTargets } from "#purge/resolve.ts";
import type { Supervisor } from "#run/supervisor.ts";

/** Answers a purge that came over the control socket; the log keeps that it was asked for. */
export async function answerPurge(
  request: PurgeRequest,
  zones: readonly Zone[],
  supervisor: Pick<Supervisor, "purge">,
  logger: Logger,
): Promise<PurgeAnswer> {
  const { zone, targets, soft } = request;
  try {
    const resolved = resolveTargets(request, zones);
    const at = await supervisor.purge({ zone, targets: resolved, soft });
    logger.info({ zone, targets, soft }, "cache purged");
    return { at };
  } catch (error) {
    logger.warn({ zone, targets, soft, error }, "cache not purged");
    if (error instanceof AppError) return { error: error.publicMessage, code: error.code };
    return { error: "it failed; the process's log says why", code: "purge.failed" };
  }
}
