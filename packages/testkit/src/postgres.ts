import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningProcess, startProcess } from "#process.ts";

/** A PostgreSQL server of a test's own: on a socket in a temporary folder, never on the network. */
export interface PostgresServer {
  /** A new, empty database. */
  database(): Promise<string>;
  /** Ends it in the middle of everything, as when its machine is switched off. */
  crash(): Promise<void>;
  /** Starts it again, over what it had written. */
  again(): Promise<void>;
  /** What it wrote to its log, since it was started last. */
  log(): string;
  stop(): Promise<void>;
}

/** Where Debian keeps the server's programs; null where it is not installed. */
export function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  const found = versions.find((version) => existsSync(join(root, version, "bin/initdb")));
  return found === undefined ? null : join(root, found, "bin");
}

/** PostgreSQL refuses to run as root: where the tests do, the server runs as nobody. */
const asNobody =
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    : [];

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(join(tmpdir(), "egide-pg-"));
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const run = async (...args: string[]): Promise<void> => {
    const child = Bun.spawn([...asNobody, ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [problem] = await Promise.all([
      new Response(child.stderr).text(),
      new Response(child.stdout).text(),
    ]);
    if ((await child.exited) !== 0) throw new Error(`${args[0]}: ${problem}`);
  };
  await run(
    join(programs, "initdb"),
    "-D",
    data,
    "-U",
    "egide",
    "-A",
    "trust",
    "--no-sync",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
  );
  const start = (): Promise<RunningProcess> =>
    startProcess(
      [...asNobody, join(programs, "postgres"), "-D", data, "-k", folder, "-h", "", "-F"],
      {
        cwd: folder,
        ready: /ready to accept connections/,
        timeoutMs: 30_000,
      },
    );
  let server = await start();
  let made = 0;
  return {
    async database() {
      made += 1;
      const name = `test${made}`;
      await run(join(programs, "createdb"), "-h", folder, "-U", "egide", name);
      return `postgres://egide@localhost/${name}?host=${encodeURIComponent(folder)}`;
    },
    async crash() {
      // Its immediate shutdown: the next start recovers from the log.
      server.signal("SIGQUIT");
      await server.exited;
    },
    async again() {
      server = await start();
    },
    log: () => server.output(),
    async stop() {
      // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
      server.signal("SIGINT");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
