import { existsSync } from "node:fs";

/** What the `nft` program said. `missing`: it is not installed. */
export interface NftAnswer {
  readonly ok: boolean;
  readonly missing: boolean;
  readonly text: string;
}

/** Where Debian keeps it, which is not on every user's PATH. */
const FOLDERS = "/usr/sbin:/sbin";

/**
 * Takes away the table of a process that was killed: its bans would go on, and nobody would know of
 * them. Answers that process's number; null where there is no such table, or where it lives.
 */
export function removeLeftover(table: string): number | null {
  const program = findNft();
  if (program === null) return null;
  const { stdout } = Bun.spawnSync([program, "-t", "list", "table", "inet", table], {
    stderr: "ignore",
  });
  const pid = Number(/comment "Egide process (\d+)"/.exec(stdout.toString("utf8"))?.[1] ?? 0);
  if (pid === 0 || pid === process.pid || existsSync(`/proc/${pid}`)) return null;
  return runNft(`delete table inet ${table}\n`).ok ? pid : null;
}

function findNft(): string | null {
  return Bun.which("nft", { PATH: `${process.env.PATH ?? ""}:${FOLDERS}` });
}

/** Runs a script in one transaction: all of it holds or none. */
export function runNft(script: string): NftAnswer {
  const program = findNft();
  if (program === null) return { ok: false, missing: true, text: "nft is not installed" };
  const { exitCode, stderr } = Bun.spawnSync([program, "-f", "-"], {
    stdin: Buffer.from(script),
    stdout: "ignore",
    stderr: "pipe",
  });
  const text = stderr.toString("utf8").trim();
  // Its first line says what is wrong; the others draw where.
  return { ok: exitCode === 0, missing: false, text: text.split("\n")[0] ?? "" };
}
