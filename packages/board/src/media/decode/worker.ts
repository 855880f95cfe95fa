import { setPriority } from "node:os";
import type { DecodeAnswer, Decoded, DecodeJob } from "#media/decode/job.ts";
import { drawThumb, encodeAnew, hashLook, readPixels } from "#media/decode/picture.ts";

/*
 * The process that touches strangers' pictures. It has no environment, no secrets and no connection
 * but the pipe to its parent, who ends it when it takes too long or too much.
 */

setPriority(10);

async function decode(job: DecodeJob): Promise<Decoded> {
  const raw = await readPixels(job);
  const { width, height } = raw;
  if (job.output !== null) await encodeAnew(raw, job, job.output);
  return { width, height, thumb: await drawThumb(raw, job), pdq: await hashLook(raw) };
}

function answer(message: DecodeAnswer): void {
  process.send?.(message);
}

process.on("message", (job: DecodeJob) => {
  decode(job).then(
    (decoded) => answer({ ok: true, decoded }),
    (error: unknown) => answer({ ok: false, reason: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
