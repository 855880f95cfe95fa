import type { Snapshot } from "@egide/contract/snapshot.ts";
import type { TlsEntry } from "@egide/edge/accept/tls/certificates.ts";
import { AppError } from "@egide/std/error.ts";
import type { EnforcedRule } from "@egide/edge/mitigate/zone-watch.ts";
import type { Addresses, FromWorker, PurgeOrder, ToWorker } from "#run/message.ts";
import type { ChallengeEntries } from "#tls/challenges.ts";

/** An edge as the loop drives it. */
export interface WorkerEdge {
  readonly addresses: Addresses;
  /** Takes a snapshot whole or throws and keeps the one in force. */
  apply(snapshot: Snapshot): void | Promise<void>;
  setCertificates(certificates: readonly TlsEntry[]): void;
  setChallenges(entries: ChallengeEntries): void;
  reopenLog(): void;
  setMitigations(zone: string, rules: readonly EnforcedRule[]): void;
  /** Forgets for all workers of the process; answers when, in milliseconds. */
  purge(order: PurgeOrder): number;
  /** Closes the listeners, lets what is under way finish within `ms`. */
  drain(ms: number): Promise<void>;
}

export type StartMessage = Extract<ToWorker, { kind: "start" }>;
export type LogMessage = Extract<FromWorker, { kind: "log" }>;

export type StartWorkerEdge = (
  start: StartMessage,
  log: (event: LogMessage) => void,
) => WorkerEdge | Promise<WorkerEdge>;

/** Answers the supervisor's messages for as long as the thread lives. */
export function workerLoop(startEdge: StartWorkerEdge, post: (message: FromWorker) => void) {
  let edge: WorkerEdge | null = null;
  let version = 0;

  const apply = async (running: WorkerEdge, snapshot: Snapshot): Promise<void> => {
    if (snapshot.version <= version) return;
    try {
      await running.apply(snapshot);
      version = snapshot.version;
      post({ kind: "applied", version });
    } catch (error) {
      post({ kind: "refused", version: snapshot.version, message: messageOf(error) });
    }
  };

  const purge = (running: WorkerEdge, order: PurgeOrder): number | null => {
    try {
      return running.purge(order);
    } catch (error) {
      post({
        kind: "log",
        level: "error",
        message: "purge failed",
        fields: { error: messageOf(error) },
      });
      return null;
    }
  };

  return async function receive(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case "start":
        try {
          edge = await startEdge(message, post);
          version = message.snapshot.version;
          post({ kind: "ready", addresses: edge.addresses });
        } catch (error) {
          const code = error instanceof AppError ? error.code : "edge.start_failed";
          post({ kind: "failed", code, message: messageOf(error) });
        }
        return;
      case "apply":
        if (edge !== null) await apply(edge, message.snapshot);
        return;
      case "certificates":
        edge?.setCertificates(message.certificates);
        return;
      case "challenges":
        edge?.setChallenges(message.entries);
        return;
      case "reopen":
        edge?.reopenLog();
        return;
      case "purge":
        post({ kind: "purged", id: message.id, at: edge === null ? null : purge(edge, message) });
        return;
      case "mitigations":
        edge?.setMitigations(message.zone, message.rules);
        return;
      case "drain":
        await edge?.drain(message.ms);
        post({ kind: "drained" });
        return;
    }
  };
}

function messageOf(error: unknown): string {
  if (error instanceof AppError) return error.publicMessage;
  return error instanceof Error ? error.message : String(error);
}
