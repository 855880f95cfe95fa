import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Peer } from "../peer.ts";
import { configure } from "../peers/peers.ts";
import { cpuMicros, family } from "../process.ts";
import { Running } from "../run.ts";
import type { BoardPlan } from "./fill/plan.ts";
import { rowsOf } from "./fill/rows.ts";

const FPM = "/usr/sbin/php-fpm8.2";
const MARIADB = "/usr/sbin/mariadbd";
const SCRIPT = join(import.meta.dirname, "../peers/board/floor.php");
const ROWS = 500;

/** What is missing of what the floor stands on, or null. */
export function floorMissing(): string | null {
  for (const path of [FPM, MARIADB]) if (!existsSync(path)) return path;
  return Bun.which("nginx") === null ? "nginx" : null;
}

/**
 * nginx, PHP-FPM and MariaDB on core 0, over some of the boards: the least that a board in PHP has to
 * do (peers/board/floor.php).
 */
export class Floor {
  readonly nginx: Running;
  readonly #children: readonly Bun.Subprocess[];
  readonly #folder: string;

  private constructor(nginx: Running, children: readonly Bun.Subprocess[], folder: string) {
    this.nginx = nginx;
    this.#children = children;
    this.#folder = folder;
  }

  static async start(plans: readonly BoardPlan[], seed: number): Promise<Floor> {
    const folder = mkdtempSync(join(tmpdir(), "egide-floor-"));
    chmodSync(folder, 0o777);
    for (const name of ["www", "www/media", "www/media/t", "www/static"]) {
      mkdirSync(join(folder, name));
      chmodSync(join(folder, name), 0o777);
    }
    const children = [await startMariadb(folder)];
    await fill(folder, plans, seed);
    const ground = { folder, ports: { plain: 0, tls: 0 }, origin: 0, certificate: "", key: "" };
    const fpm = ["taskset", "-c", "0", FPM, "-F", "-y", configure("board/fpm.conf", ground)];
    children.push(Bun.spawn(fpm, { stdout: "ignore", stderr: "ignore" }));
    while (!existsSync(join(folder, "fpm.sock"))) await Bun.sleep(50);
    const peer: Peer = {
      name: "floor",
      tls: false,
      cache: false,
      version: async () => null,
      async command(own) {
        const config = configure("board/nginx.conf", { ...own, folder });
        const text = await Bun.file(config).text();
        await Bun.write(config, text.replaceAll("%SCRIPT%", SCRIPT));
        return { argv: ["nginx", "-c", config] };
      },
    };
    return new Floor(await Running.start(peer, 0, "", ""), children, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${this.nginx.port}`;
  }

  /** As the board tells of itself: all of it serves. */
  cpu(): { readonly serving: number; readonly decoding: number } {
    const pids = [this.nginx.pid, ...this.#children.map(({ pid }) => pid)].flatMap(family);
    return { serving: cpuMicros(pids), decoding: 0 };
  }

  /** Addresses of the threads' pages that were written as files. */
  written(uris: readonly string[]): readonly string[] {
    return uris.flatMap((uri) =>
      readdirSync(join(this.#folder, "www/static", uri))
        .filter((name) => /^\d+\.html$/.test(name))
        .map((name) => `/static/${uri}/${name}`),
    );
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    for (const child of this.#children) {
      child.kill("SIGTERM");
      await child.exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function startMariadb(folder: string): Promise<Bun.Subprocess> {
  const data = join(folder, "db");
  const common = ["--no-defaults", `--datadir=${data}`, "--user=root"];
  const install = Bun.spawn(
    ["mariadb-install-db", ...common, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { stdout: "ignore", stderr: "ignore" },
  );
  if ((await install.exited) !== 0) throw new Error("MariaDB could not be set up");
  const socket = join(folder, "db.sock");
  const child = Bun.spawn(
    [
      "taskset",
      "-c",
      "0",
      MARIADB,
      ...common,
      `--socket=${socket}`,
      "--skip-networking",
      "--innodb-buffer-pool-size=1G",
      `--pid-file=${join(folder, "db.pid")}`,
    ],
    { stdout: "ignore", stderr: Bun.file(join(folder, "db.log")) },
  );
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error(await Bun.file(join(folder, "db.log")).text());
    await Bun.sleep(50);
  }
  chmodSync(socket, 0o777);
  return child;
}

/** One table a board, with the keys that vichan's have. */
async function fill(folder: string, plans: readonly BoardPlan[], seed: number): Promise<void> {
  const client = Bun.spawn(["mariadb", "--no-defaults", `--socket=${join(folder, "db.sock")}`], {
    stdin: "pipe",
    stdout: "ignore",
    stderr: "inherit",
  });
  const say = (text: string): void => void client.stdin.write(`${text};\n`);
  say("create database floor character set utf8mb4");
  say("use floor");
  for (const { uri } of plans) {
    say(
      `create table posts_${uri} (id int unsigned not null auto_increment primary key, thread int unsigned,
       subject varchar(100) not null, name varchar(35) not null, time int not null, bump int not null,
       body text not null, body_nomarkup text not null, file varchar(64) not null, ip varchar(39) not null,
       key thread_id (thread, id), key bump (thread, bump), key filehash (file), key ip (ip), key time (time))`,
    );
  }
  const waiting = new Map<string, string[]>(plans.map(({ uri }) => [uri, []]));
  const flush = (uri: string, rows: string[]): void => {
    if (rows.length > 0) say(`insert into posts_${uri} values ${rows.splice(0).join(",")}`);
  };
  const bumps = new Map(
    plans.map((plan) => [plan, new Map(plan.threads.map(({ no, lastNo }) => [no, lastNo]))]),
  );
  say("set autocommit = 0");
  for (const { post } of rowsOf(plans, { threads: 0, posts: 0, seed }).posts()) {
    const [, boardId, no, thread, at, name, , , subject, , text, html] = post;
    const plan = plans[(boardId as number) - 1] as BoardPlan;
    const rows = waiting.get(plan.uri) as string[];
    const second = Math.floor((at as number) / 1000);
    const bump = bumps.get(plan)?.get(no as number) ?? 0;
    const file = plan.pictured[no as number] === 1 ? `${no}.jpg` : "";
    const values = [
      no,
      thread === no ? null : thread,
      subject,
      name,
      second,
      bump,
      html,
      text,
      file,
      "",
    ];
    rows.push(`(${values.map(quoted).join(",")})`);
    if (rows.length >= ROWS) {
      flush(plan.uri, rows);
      await client.stdin.flush();
    }
  }
  for (const [uri, rows] of waiting) flush(uri, rows);
  say("commit");
  // Statistics of an empty table would have it read whole for every thread.
  for (const { uri } of plans) say(`analyze table posts_${uri} persistent for all`);
  await client.stdin.end();
  if ((await client.exited) !== 0) throw new Error("MariaDB could not be filled");
}

function quoted(value: string | number | null | undefined): string {
  if (value == null) return "null";
  if (typeof value === "number") return String(value);
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
