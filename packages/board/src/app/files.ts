import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@egide/std/clock.ts";
import { DecoderPool, DEFAULT_POOL_LIMITS } from "#media/decode/pool.ts";
import { draftFileOf, Ingest } from "#media/ingest.ts";
import { KIND_FACTS } from "#media/kind.ts";
import type { MediaPolicy } from "#media/policy.ts";
import { findFfmpeg } from "#media/recording/ffmpeg.ts";
import { Recoder } from "#media/recording/recode.ts";
import { DiskStore } from "#media/store/disk.ts";
import { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { FileLimits } from "#page/part/compose.tsx";
import type { DraftFile } from "#thread/posting/draft.ts";

/** What forms say of the files that are taken. */
export function fileLimits(policy: MediaPolicy): FileLimits {
  const { kinds, imageBytes, videoBytes, audioBytes, documentBytes, seconds } = policy;
  return {
    bytesMost: Math.max(imageBytes, videoBytes, audioBytes, documentBytes),
    secondsMost: seconds,
    kinds: kinds.map((kind) => kind.toUpperCase()),
    accept: kinds.map((kind) => KIND_FACTS[kind].type).join(","),
  };
}

/** A file as a form brings it. */
export interface SentFile {
  readonly bytes: Uint8Array;
  readonly filename: string;
  readonly spoiler: boolean;
}

/** Files on this machine's disk: taken in, kept, given out. */
export interface Files {
  readonly store: MediaStore;
  take(sent: SentFile): Promise<DraftFile>;
  stop(): void;
}

export async function openFiles(
  folder: string,
  sealKey: Uint8Array,
  policy: MediaPolicy,
  clock: Clock,
): Promise<Files> {
  const temp = join(folder, "temp");
  await mkdir(temp, { recursive: true, mode: 0o750 });
  const store = new DiskStore(folder, new Sealing(sealKey));
  const decoders = new DecoderPool(DEFAULT_POOL_LIMITS, clock);
  const ffmpeg = findFfmpeg();
  const recoder = ffmpeg === null ? null : new Recoder(ffmpeg, clock);
  const ingest = new Ingest({ store, decoders, recoder, temp });
  return {
    store,
    async take({ bytes, filename, spoiler }) {
      const upload = { content: bytes, filename };
      return draftFileOf(await ingest.ingest(upload, policy), spoiler);
    },
    stop: () => decoders.stop(),
  };
}
