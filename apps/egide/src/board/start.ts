import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BoardApp, startBoard } from "@egide/board/app.ts";
import { type InstanceSettings, instanceSettingsSchema } from "@egide/board/settings/instance.ts";
import { systemClock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { type FirstStaff, seed } from "#board/seed.ts";
import { storageKeys } from "#board/storage-keys.ts";
import type { Logger } from "#log/logger.ts";
import { requestPurge } from "#purge/client.ts";
import { secretFile } from "#run/secret-file.ts";
import { torExitsFile } from "#tor/file.ts";

export interface RunningBoard {
  readonly port: number;
  readonly app: BoardApp;
  /** Set at the very first start: who may moderate. Shown once. */
  readonly firstStaff: FirstStaff | null;
  /** Says where visitors reach it, once that is known; the first address is its own. */
  reachedAt(urls: readonly string[]): void;
  stop(): Promise<void>;
}

export interface BoardStart {
  /** Folder of its key, records and files. */
  readonly state: string;
  /** Records elsewhere: `postgres://…`. */
  readonly database?: string | undefined;
  readonly hostname: string;
  readonly port: number;
  /** Addresses that visitors reach it by. */
  readonly origins: [string, ...string[]];
  readonly settings: Partial<InstanceSettings>;
  readonly trusted: readonly string[];
  /** Where keys of a bucket are looked for. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** State directory and zone of the edge in front, which is told what to forget. */
  readonly edge: { readonly state: string; readonly zone: string } | null;
  readonly logger: Logger;
}

/** Starts the board and answers on a port of its own. */
export async function startBoardServer(start: BoardStart): Promise<RunningBoard> {
  const { state, logger, origins } = start;
  mkdirSync(state, { recursive: true, mode: 0o750 });
  const settings = instanceSettingsSchema.parse({ url: origins[0], ...start.settings });
  const app = await startBoard({
    database: start.database ?? `sqlite:${join(state, "board.db")}`,
    media: join(state, "media"),
    storageKeys: storageKeys(start.env ?? {}),
    torExits: torExitsFile(state),
    secret: secretFile(state, "board.key", "board.secret"),
    settings,
    origins,
    trusted: new CidrSet(start.trusted),
    clock: systemClock,
    edge: start.edge === null ? null : edgeDoor(start.edge, logger),
    report: (error, reference) => logger.error({ err: error, reference }, "the board failed"),
  });
  const firstStaff = await seed(app);
  const server = Bun.serve({
    hostname: start.hostname,
    port: start.port,
    // Live updates last as long as somebody reads.
    idleTimeout: 0,
    maxRequestBodySize: 100 * 1024 * 1024,
    fetch: (request, server) => app.fetch(request, server.requestIP(request)?.address ?? ""),
  });
  return {
    port: server.port as number,
    app,
    firstStaff,
    reachedAt(urls) {
      origins.push(...urls);
      settings.url = urls[0] ?? settings.url;
    },
    async stop() {
      await server.stop(true);
      await app.stop();
    },
  };
}

/** Tells the edge what to forget. */
function edgeDoor({ state, zone }: { state: string; zone: string }, logger: Logger) {
  const socket = join(state, "egide.sock");
  const request = { op: "purge", zone, soft: false } as const;
  return {
    async forget(tags: readonly string[]) {
      const targets = tags.map((tag) => ({ kind: "tag", tag }) as const);
      try {
        await requestPurge(socket, { ...request, targets });
        return true;
      } catch (error) {
        // An edge that does not run yet shows nothing meanwhile; of files it is told again.
        const isAway = error instanceof AppError && error.code === "control.nothing_runs";
        logger[isAway ? "debug" : "warn"]({ err: error }, "the edge was not told what to forget");
        return false;
      }
    },
    purge({ urls, tags }: { urls: readonly string[]; tags: readonly string[] }) {
      const targets = [
        ...urls.map((url) => ({ kind: "url", url }) as const),
        ...tags.map((tag) => ({ kind: "tag", tag }) as const),
      ];
      return requestPurge(socket, { ...request, targets });
    },
  };
}
