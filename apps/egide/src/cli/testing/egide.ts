import type { Shell } from "#cli/command.ts";
import { run } from "#cli/run.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Calls `egide` in a folder, as a program does that reads what it says. */
export async function callEgide(
  cwd: string,
  argv: readonly string[],
  env: Shell["env"] = {},
): Promise<Said> {
  let out = "";
  let err = "";
  const code = await run(argv, {
    env,
    cwd,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
  });
  return { code, out, err };
}
