import { setPriority } from "node:os";
import type { DecodeAnswer, Decoded, DecodeJob } from "#media/decode/job.ts";
import { drawThumb, encodeAnew, readPixels } from "#media/decode/picture.ts";
import { pdq } from "#match/pdq/hash.ts";

/*
 * The process that touches strangers' pictures. It has no environment, no secrets and no connection
 * but the pipe to its parent, who ends it when it takes too long or too much.
 */

setPriority(10);

async function decode(job: DecodeJob): Promise<Decoded> {
  const raw = await readPixels(job);
  const { width, height } = raw;
  if (job.output !== null) await encodeAnew(raw, job, job.output);
  const thumb = await drawThumb(raw, job);
  return { width, height, thumb, pdq: job.output === null ? null : pdq(raw) };
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
