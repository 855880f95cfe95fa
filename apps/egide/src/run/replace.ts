import type { Logger } from "#log/logger.ts";

export interface ReplaceOptions {
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where this process was started. */
  readonly cwd: string;
}

/** Starts this program again, as it is on disk now; it takes over once it serves. */
export function replace({ logger, env, cwd }: ReplaceOptions): void {
  const [program, script, ...words] = process.argv as [string, string, ...string[]];
  const args = words.includes("--takeover") ? words : [...words, "--takeover"];
  const child = Bun.spawn([program, script, ...args], {
    env: { ...env },
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    onExit: (_child, code) => {
      if (code !== 0) logger.error({ code }, "the newer process failed; this one goes on serving");
    },
  });
  child.unref();
  logger.info({ pid: child.pid }, "newer process started");
}
