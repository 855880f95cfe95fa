import { mkdtempSync, rmSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { drawThumb, encodeAnew, readPixels } from "@egide/board/media/decode/picture.ts";
import { pdq } from "@egide/board/match/pdq/hash.ts";
import type { DecodeJob } from "@egide/board/media/decode/job.ts";
import { DEFAULT_MEDIA_POLICY } from "@egide/board/media/policy.ts";
import { DiskStore } from "@egide/board/media/store/disk.ts";
import { Sealing } from "@egide/board/media/store/sealing.ts";
import { inspect } from "@egide/board/media/structure/read.ts";
import { KEPT } from "./fill/kept.ts";
import { keptPictures, type PictureSize } from "./pictures.ts";
import { PICTURES, PICTURES_KEPT } from "./posting.ts";

/** Milliseconds of each step of taking one picture in, by name, in their order. */
export interface Staged {
  readonly size: PictureSize;
  readonly stages: Readonly<Record<string, number>>;
}

const WARMING = 5;
const COUNT = 45;
const LARGE = { width: 1600, height: 1200 } as const;

/** Pictures of the size that is posted, and larger ones. */
export async function timeBothSizes(): Promise<readonly Staged[]> {
  const posted = await keptPictures(PICTURES, PICTURES_KEPT);
  const large = await keptPictures(LARGE, COUNT);
  return [
    { size: PICTURES, stages: await timeStages(posted.slice(0, COUNT)) },
    { size: LARGE, stages: await timeStages(large) },
  ];
}

/** Takes pictures in one after another, as the board does, and times each step: means. */
async function timeStages(pictures: readonly string[]): Promise<Staged["stages"]> {
  const folder = mkdtempSync(join(KEPT, "stages-"));
  const store = new DiskStore(folder, new Sealing(new Uint8Array(32)));
  const totals = new Map<string, number>();
  try {
    for (const [at, input] of pictures.entries()) {
      let from = performance.now();
      const lap = (name: string): void => {
        const now = performance.now();
        if (at >= WARMING) totals.set(name, (totals.get(name) ?? 0) + now - from);
        from = performance.now();
      };
      const output = join(folder, "output");
      const thumbOutput = join(folder, "thumb");
      const bytes = await Bun.file(input).bytes();
      from = performance.now();
      inspect(bytes, DEFAULT_MEDIA_POLICY);
      lap("structure walked");
      const { thumb, pixels } = DEFAULT_MEDIA_POLICY;
      const job: DecodeJob = {
        kind: "jpeg",
        input,
        output,
        thumbOutput,
        thumb,
        pixels,
        animated: false,
      };
      const raw = await readPixels(job);
      lap("decoded");
      await encodeAnew(raw, job, output);
      lap("encoded anew");
      await drawThumb(raw, job);
      lap("thumbnail");
      pdq(raw);
      lap("PDQ");
      const clean = await Bun.file(output).bytes();
      for (const content of [bytes, clean]) {
        for (const name of ["sha256", "md5"]) createHash(name).update(content).digest("hex");
      }
      lap("MD5 and SHA-256 of both");
      const file = {
        sha256: createHash("sha256").update(clean).digest("hex"),
        kind: "jpeg",
        thumb: false,
      } as const;
      from = performance.now();
      await store.put(file, output, thumbOutput);
      lap("both files on disk, synced");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const counted = Math.max(1, pictures.length - WARMING);
  return Object.fromEntries([...totals].map(([name, total]) => [name, total / counted]));
}
