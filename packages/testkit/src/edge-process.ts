import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "#process.ts";
import { createAuthority, type TestAuthority } from "#tls/certificate.ts";

const MAIN = fileURLToPath(new URL("../../../apps/egide/src/main.ts", import.meta.url));
const COMMAND = fileURLToPath(new URL("../../../apps/egide/bin/egide", import.meta.url));

/** What of `egide.yaml` a test says; everything else has its default. */
export type EdgeConfig = Record<string, unknown>;

export interface EdgeOptions {
  /** Origin of the one zone, which answers for `site.test` and `127.0.0.1`. */
  readonly originPort: number;
  /** Merged into the zone. */
  readonly zone?: EdgeConfig;
  /** Merged into the whole. */
  readonly config?: EdgeConfig;
  /** Further zones, whole. */
  readonly zones?: readonly EdgeConfig[];
  readonly tls?: boolean;
  readonly env?: Record<string, string>;
  /** Where an edge that was killed has left its state; else a new directory. */
  readonly directory?: string;
  /** Gives the disk cache a file system of its own with so many bytes (Linux, needs root). */
  readonly cacheFileSystem?: number;
}

/** `egide edge` as a child process with a directory of its own. */
export class EdgeProcess {
  readonly http: number;
  readonly https: number;
  readonly directory: string;
  readonly authority: TestAuthority;
  readonly #process: RunningProcess;
  readonly #options: EdgeOptions;
  /** Every process that served, the newest last. */
  readonly #pids: number[];

  private constructor(
    process: RunningProcess,
    ports: { http: number; https: number },
    directory: string,
    authority: TestAuthority,
    options: EdgeOptions,
  ) {
    this.#process = process;
    this.#pids = [process.pid];
    this.http = ports.http;
    this.https = ports.https;
    this.directory = directory;
    this.authority = authority;
    this.#options = options;
  }

  static async start(options: EdgeOptions): Promise<EdgeProcess> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), "egide-test-"));
    mkdirSync(join(directory, "state", "cache"), { recursive: true });
    const authority = createAuthority();
    writeCertificate(directory, authority);
    writeConfig(directory, options, {});
    const file = join(directory, "egide.yaml");
    const command = [process.execPath, MAIN, "edge", "--config", file, "--log-format", "json"];
    const running = await startProcess(inFileSystem(command, directory, options), {
      cwd: directory,
      outlived: true,
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const [line] = await running.printed(/^.*"msg":"serving".*$/m, 30_000);
    const { http, https } = JSON.parse(line) as { http: string[]; https: string[] };
    const portOf = (list: readonly string[]): number => Number(list[0]?.split(":").at(-1) ?? 0);
    const ports = { http: portOf(http), https: portOf(https) };
    return new EdgeProcess(running, ports, directory, authority, options);
  }

  /** The process that takes new connections. */
  get pid(): number {
    return this.#pids.at(-1) as number;
  }

  get output(): string {
    return this.#process.output();
  }

  /** Writes the configuration anew, with these zone settings, and waits until it is in force. */
  async reload(zone: EdgeConfig = {}): Promise<void> {
    writeConfig(this.directory, this.#options, zone);
    const from = this.#process.mark();
    process.kill(this.pid, "SIGHUP");
    await this.#process.printed(/"msg":"configuration reloaded"/, 15_000, from);
  }

  /** Calls the command line with this edge's configuration, as an operator does. */
  async egide(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    const command = ["node", COMMAND, ...args, "--config", join(this.directory, "egide.yaml")];
    const child = Bun.spawn(command, { stdio: ["ignore", "pipe", "pipe"] });
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, out, err };
  }

  /** Puts another certificate for the same names in place of the one on disk. */
  changeCertificate(): void {
    writeCertificate(this.directory, this.authority);
  }

  /** Has a new process take over, and waits until it says so. */
  async handOver(): Promise<void> {
    const from = this.#process.mark();
    process.kill(this.pid, "SIGUSR2");
    const [, pid] = await this.#process.printed(
      /"pid":(\d+),"msg":"newer process started"/,
      15_000,
      from,
    );
    await this.#process.printed(/"msg":"serving"/, 30_000, from);
    this.#pids.push(Number(pid));
  }

  /** Processes of this edge that still live. */
  living(): number[] {
    return this.#pids.filter((pid) => isAlive(pid));
  }

  /** Ends it without warning. Its directory stays for a next start. */
  async kill(): Promise<void> {
    for (const pid of this.living()) process.kill(pid, "SIGKILL");
    await this.#process.kill();
  }

  async stop(): Promise<void> {
    for (const pid of this.living()) process.kill(pid, "SIGTERM");
    const from = this.#process.mark();
    if (this.#pids.length > 1) {
      await this.#process.printed(/"msg":"stopped"/, 10_000, from).catch(() => null);
    }
    await this.#process.stop();
    for (const pid of this.living()) process.kill(pid, "SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/**
 * A mount namespace of its own holds the small file system: it is gone with the process. `exec` keeps
 * the number of the process.
 */
function inFileSystem(
  command: readonly string[],
  directory: string,
  { cacheFileSystem }: EdgeOptions,
): readonly string[] {
  if (cacheFileSystem === undefined) return command;
  const mount = `mount -t tmpfs -o size=${cacheFileSystem} tmpfs "$0"`;
  const cache = join(directory, "state", "cache");
  return ["unshare", "-m", "sh", "-c", `${mount} && exec "$@"`, cache, ...command];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Both files change place in one step each, as careful tools do it. */
function writeCertificate(directory: string, authority: TestAuthority): void {
  const { cert, key } = authority.issue(["site.test", "127.0.0.1"]);
  for (const [name, text] of [
    ["key.pem", key],
    ["cert.pem", cert],
  ] as const) {
    writeFileSync(join(directory, `${name}.new`), text);
    renameSync(join(directory, `${name}.new`), join(directory, name));
  }
}

function writeConfig(directory: string, options: EdgeOptions, zone: EdgeConfig): void {
  const tls = options.tls === true;
  const config = {
    state: join(directory, "state"),
    workers: 1,
    log: { sink: { kind: "none" } },
    listen: {
      http: ["127.0.0.1:0"],
      https: tls ? ["127.0.0.1:0"] : [],
      http3: false,
      metrics: null,
    },
    ...options.config,
    zones: [
      {
        hosts: ["site.test", "127.0.0.1"],
        origin: `http://127.0.0.1:${options.originPort}`,
        ...(tls
          ? {
              tls: {
                certificate: { cert: join(directory, "cert.pem"), key: join(directory, "key.pem") },
              },
            }
          : {}),
        ...options.zone,
        ...zone,
      },
      ...(options.zones ?? []),
      // A suite asks as no people do, from one address: attacks are seen, but not held off.
    ].map((each) => ({ mitigation: { mode: "watch" }, ...each })),
  };
  const file = join(directory, "egide.yaml");
  // JSON is YAML. The file changes in one step: a reload never sees half of it.
  writeFileSync(`${file}.new`, JSON.stringify(config, null, 2));
  renameSync(`${file}.new`, file);
}
