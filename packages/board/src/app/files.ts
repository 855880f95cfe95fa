import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@egide/std/clock.ts";
import { DecoderPool, DEFAULT_POOL_LIMITS } from "#media/decode/pool.ts";
import { draftFileOf, Ingest, type Upload } from "#media/ingest.ts";
import { KIND_FACTS } from "#media/kind.ts";
import type { MediaPolicy } from "#media/policy.ts";
import { findFfmpeg } from "#media/recording/ffmpeg.ts";
import { Recoder } from "#media/recording/recode.ts";
import { openMediaStore } from "#media/store/open.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaStore } from "#media/store/store.ts";
import { mostBytes } from "#media/structure/read.ts";
import type { FileLimits } from "#page/part/compose.tsx";
import type { StorageKeys, StorageSettings } from "#settings/storage.ts";
import type { DraftFile } from "#thread/posting/draft.ts";

/** What forms say of the files that are taken. */
export function fileLimits(policy: MediaPolicy): FileLimits {
  const { kinds, seconds } = policy;
  return {
    bytesMost: Math.max(0, ...kinds.map((kind) => mostBytes(kind, policy))),
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

/** A file that lies on this machine. */
export interface LyingFile extends Omit<SentFile, "bytes"> {
  readonly path: string;
}

/** Files: taken in, kept, given out. */
export interface Files {
  readonly store: MediaStore;
  /** As the board's own policy has it. */
  take(sent: SentFile, policy: MediaPolicy): Promise<DraftFile>;
  /** The same for a file that lies on this machine already; it stays there. */
  takeFrom(sent: LyingFile, policy: MediaPolicy): Promise<DraftFile>;
  /** Throws while too many wait to be decoded. */
  ready(): void;
  stop(): void;
}

export interface FileParts {
  /** Of files on disk, and of those under way. */
  readonly folder: string;
  readonly sealing: Sealing;
  readonly storage: StorageSettings;
  readonly keys: StorageKeys | null;
  readonly clock: Clock;
}

export async function openFiles(parts: FileParts): Promise<Files> {
  const { folder, sealing, storage, keys, clock } = parts;
  const temp = join(folder, "temp");
  await mkdir(temp, { recursive: true, mode: 0o750 });
  const store = await openMediaStore(storage, keys, folder, sealing);
  const decoders = new DecoderPool(DEFAULT_POOL_LIMITS, clock);
  const ffmpeg = findFfmpeg();
  const recoder = ffmpeg === null ? null : new Recoder(ffmpeg, clock);
  const ingest = new Ingest({ store, decoders, recoder, temp });
  const take = async (
    content: Upload["content"],
    filename: string,
    spoiler: boolean,
    policy: MediaPolicy,
  ) => draftFileOf(await ingest.ingest({ content, filename }, policy), spoiler);
  return {
    store,
    take: ({ bytes, filename, spoiler }, policy) => take(bytes, filename, spoiler, policy),
    takeFrom: ({ path, filename, spoiler }, policy) => take({ path }, filename, spoiler, policy),
    ready: () => decoders.ready(),
    stop: () => decoders.stop(),
  };
}
