import type { Order } from "@egide/contract/order.ts";
import { AppError } from "@egide/std/error.ts";
import type { Kernel } from "@egide/edge/kernel/kernel.ts";
import type { Loaded } from "#config/load.ts";
import { type Paint, renderProblem } from "#config/problem.ts";
import type { Logger } from "#log/logger.ts";
import { notifyServiceManager } from "#run/notify.ts";
import { neverBanned } from "#run/never-banned.ts";
import type { Policy } from "#run/policy.ts";
import type { Supervisor } from "#run/supervisor.ts";
import type { CertificateProvider } from "#tls/provider.ts";

/** A snapshot that was signed elsewhere, as the only source of what is enforced. */
export interface Issued {
  /** Those of the snapshot that was loaded last. */
  readonly orders: readonly Order[];
  /** What was loaded last is in force. */
  accepted(): void;
  /** Calls back whenever there is another one to be loaded. */
  watch(changed: () => void): { close(): void };
}

export interface Reloadable {
  readonly issued?: Issued | null;
  /** Null where the process was started without a file. */
  readonly load: (() => Loaded) | null;
  readonly policy: Policy;
  readonly supervisor: Supervisor;
  readonly certificates: CertificateProvider;
  readonly kernel: Pick<Kernel, "setTrusted">;
  readonly logger: Logger;
  readonly paint: Paint;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads the configuration again. One that is not sound, or whose certificates are not, changes nothing. */
export async function reload(target: Reloadable): Promise<void> {
  const { logger, env } = target;
  // Logs may have been moved away in any case: that is what the signal is for as well.
  target.supervisor.reopenLogs();
  if (target.load === null) {
    logger.warn("started without a configuration file: nothing to reload");
    return;
  }
  notifyServiceManager("RELOADING=1", env);
  const problems = await take(target, target.load());
  for (const problem of problems) logger.error(problem);
  if (problems.length > 0) {
    logger.error(
      { problems: problems.length },
      "configuration not taken: what runs stays as it was",
    );
  }
  notifyServiceManager("READY=1", env);
}

/** Answers what is wrong, in words; nothing means that it is in force. */
async function take(target: Reloadable, loaded: Loaded): Promise<string[]> {
  const { policy, supervisor, certificates, logger, paint } = target;
  if (!loaded.ok) return loaded.problems.map((problem) => renderProblem(problem, paint));
  try {
    await certificates.setZones(loaded.config.zones);
  } catch (error) {
    if (error instanceof AppError) return [`${error.publicMessage} (${error.code})`];
    // A full disk, say: the process that serves must not end over it.
    return [error instanceof Error ? error.message : String(error)];
  }
  const waiting = policy.replace(loaded.config);
  target.kernel.setTrusted(...neverBanned(loaded.config));
  if (target.issued) policy.setOrders(target.issued.orders);
  const snapshot = policy.snapshot();
  supervisor.setCertificates(certificates.entries());
  supervisor.apply(snapshot);
  target.issued?.accepted();
  logger.info(
    { version: snapshot.version, zones: snapshot.zones.length },
    "configuration reloaded",
  );
  if (waiting.length > 0) {
    logger.warn(
      { settings: waiting },
      "these settings need a new process: send SIGUSR2 or use --takeover",
    );
  }
  return [];
}
