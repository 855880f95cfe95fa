import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "#process.ts";

/** A MariaDB server of a test's own: on a socket in a temporary folder, never on the network. */
export interface MariadbServer {
  /** Runs statements in a database, which is made where there is none. */
  run(database: string, sql: string): Promise<void>;
  /** What mariadb-dump writes of a database. */
  dump(database: string, ...options: string[]): Promise<Uint8Array>;
  stop(): Promise<void>;
}

const PROGRAMS = ["/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db", "/usr/bin/mariadb-dump"];

/** Whether Debian's package mariadb-server is there. */
export function hasMariadb(): boolean {
  return PROGRAMS.every((path) => existsSync(path));
}

/** It refuses to run as root, as PostgreSQL does: the server runs as nobody then. */
const asNobody =
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    : [];

export async function startMariadb(): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), "egide-my-"));
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const socket = join(folder, "socket");
  const plain = ["--no-defaults"];
  await output(
    [
      ...asNobody,
      "mariadb-install-db",
      ...plain,
      `--datadir=${data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
    ],
    folder,
  );
  const server: RunningProcess = await startProcess(
    [
      ...asNobody,
      "/usr/sbin/mariadbd",
      ...plain,
      `--datadir=${data}`,
      `--socket=${socket}`,
      "--skip-networking",
      `--pid-file=${join(folder, "pid")}`,
      "--innodb-buffer-pool-size=16M",
      "--innodb-flush-log-at-trx-commit=0",
    ],
    { cwd: folder, ready: /ready for connections/, timeoutMs: 60_000 },
  );
  const client = (program: string): string[] => [program, ...plain, `--socket=${socket}`, "-uroot"];
  return {
    async run(database, sql) {
      await output([...client("mariadb"), "-e", `create database if not exists \`${database}\``]);
      await output(
        [...client("mariadb"), "--default-character-set=utf8mb4", database],
        folder,
        sql,
      );
    },
    dump: (database, ...options) => output([...client("mariadb-dump"), ...options, database]),
    async stop() {
      server.signal("SIGTERM");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function output(command: readonly string[], cwd = tmpdir(), input = ""): Promise<Uint8Array> {
  const child = Bun.spawn([...command], {
    cwd,
    stdin: new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, problem] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
  ]);
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${problem}`);
  return out;
}
