import type { Clock } from "@egide/std/clock.ts";
import { watchMemory } from "#media/decode/memory.ts";
import { refusal } from "#media/texts.ts";

const MEMORY_BYTES = 1024 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Where ffmpeg and ffprobe lie on this machine. */
export interface FfmpegPaths {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

/** Null where one of them is missing: recordings then have a plain icon. */
export function findFfmpeg(): FfmpegPaths | null {
  const ffmpeg = Bun.which("ffmpeg");
  const ffprobe = Bun.which("ffprobe");
  return ffmpeg === null || ffprobe === null ? null : { ffmpeg, ffprobe };
}

/**
 * Runs one of them with a list of arguments: no shell, no environment, no input, a bounded time,
 * memory and output. What it prints is returned; a failure says that the file is broken.
 */
export async function runTool(
  command: readonly string[],
  clock: Clock,
  mostOutput: number,
  timeoutMs = TIMEOUT_MS,
): Promise<Buffer> {
  const child = Bun.spawn([...command], {
    env: {},
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let costly = false;
  const end = (): void => {
    costly = true;
    child.kill("SIGKILL");
  };
  const timer = clock.after(timeoutMs, end);
  const watch = watchMemory(child.pid, MEMORY_BYTES, clock, end);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of child.stdout) {
    length += part.length;
    if (length > mostOutput) end();
    else parts.push(part);
  }
  const code = await child.exited;
  timer.cancel();
  watch();
  if (costly) throw refusal("media.too_costly");
  if (code !== 0) throw refusal("media.broken", `exit ${code}`);
  return Buffer.concat(parts);
}
