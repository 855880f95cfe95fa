/** What the `nft` program said. `missing`: it is not installed. */
export interface NftAnswer {
  readonly ok: boolean;
  readonly missing: boolean;
  readonly text: string;
}

/** Where Debian keeps it, which is not on every user's PATH. */
const FOLDERS = "/usr/sbin:/sbin";

/** Runs a script in one transaction: all of it holds or none. */
export function runNft(script: string): NftAnswer {
  const program = Bun.which("nft", { PATH: `${process.env.PATH ?? ""}:${FOLDERS}` });
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
