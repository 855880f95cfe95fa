import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@egide/std/clock.ts";
import { DecoderPool, DEFAULT_POOL_LIMITS, type PoolLimits } from "#media/decode/pool.ts";
import { Ingest } from "#media/ingest.ts";
import { findFfmpeg } from "#media/recording/ffmpeg.ts";
import { Recoder } from "#media/recording/recode.ts";
import { DiskStore } from "#media/store/disk.ts";
import { Sealing } from "#media/store/sealing.ts";

export interface TestParts {
  readonly root: string;
  readonly store: DiskStore;
  readonly decoders: DecoderPool;
  readonly ingest: Ingest;
  readonly stop: () => void;
}

/** A store in a folder of its own, and everything that fills it. */
export function testParts(
  options: { ffmpeg?: boolean; limits?: Partial<PoolLimits> } = {},
): TestParts {
  const root = mkdtempSync(join(tmpdir(), "egide-media-"));
  const store = new DiskStore(root, new Sealing(new Uint8Array(32).fill(7)));
  const decoders = new DecoderPool({ ...DEFAULT_POOL_LIMITS, ...options.limits }, systemClock);
  const paths = options.ffmpeg === false ? null : findFfmpeg();
  const recoder = paths === null ? null : new Recoder(paths, systemClock);
  const ingest = new Ingest({ store, decoders, recoder, temp: join(root, "temp") });
  return {
    root,
    store,
    decoders,
    ingest,
    stop: () => {
      decoders.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
