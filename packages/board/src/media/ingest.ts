import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Fingerprints } from "#match/list/matcher.ts";
import type { ImageKind } from "#media/decode/job.ts";
import type { DecoderPool } from "#media/decode/pool.ts";
import { displayName } from "#media/filename.ts";
import { familyOf, KIND_FACTS } from "#media/kind.ts";
import type { MediaPolicy } from "#media/policy.ts";
import type { Recoder, RecordingKind } from "#media/recording/recode.ts";
import { scrubPdf } from "#media/recording/scrub-pdf.ts";
import { scrub } from "#media/recording/scrub.ts";
import type { MediaStore } from "#media/store/store.ts";
import { noArchive, noDocument } from "#media/structure/archive.ts";
import { inspect, mostBytes } from "#media/structure/read.ts";
import type { Structure } from "#media/structure/structure.ts";
import { refusal } from "#media/texts.ts";
import { LEAST_QUALITY } from "#match/pdq/hash.ts";
import type { MediaKind } from "#store/table/media.ts";
import type { DraftFile } from "#thread/posting/draft.ts";

/** A file as it came, in memory or on disk, under the name that its sender gave it. */
export interface Upload {
  readonly content: Uint8Array | { readonly path: string };
  readonly filename: string;
}

/** A file as it is stored: what the tables `media` and `post_media` want to know. */
export interface Ingested {
  readonly sha256: string;
  readonly md5: string;
  readonly kind: MediaKind;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number;
  readonly durationMs: number | null;
  readonly thumb: { readonly width: number; readonly height: number; readonly kind: "webp" } | null;
  readonly pdq: { readonly hash: string; readonly quality: number } | null;
  /** SHA-256 of the file as it was sent. */
  readonly originalHash: string;
  /** Fit to be shown. */
  readonly filename: string;
  /** What lists of known hashes are asked about. */
  readonly fingerprints: Fingerprints;
}

export interface IngestParts {
  readonly store: MediaStore;
  readonly decoders: DecoderPool;
  /** Null: recordings are stored without thumbnail, on the word of their headers. */
  readonly recoder: Recoder | null;
  /** A folder on the store's own disk, for files under way. */
  readonly temp: string;
}

/** Decoded and encoded anew, or cleaned of everything that is not the recording itself. */
interface Made {
  readonly path: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  readonly thumb: Ingested["thumb"];
  readonly pdq: Ingested["pdq"];
}

/**
 * Takes a file in: refuses it (an AppError with a code of MEDIA_TEXTS), or stores a clean copy of it.
 * The transaction that names the file comes after; without one the sweep removes it.
 */
export class Ingest {
  readonly #parts: IngestParts;

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  async ingest(upload: Upload, policy: MediaPolicy): Promise<Ingested> {
    const all = await contentOf(upload, policy);
    const { kind, structure } = inspect(all, policy);
    const folder = join(this.#parts.temp, crypto.randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      const made = await this.#make(all, kind, structure, policy, folder);
      return await this.#keep(upload, all, kind, made, folder, policy);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #make(
    all: Uint8Array,
    kind: MediaKind,
    structure: Structure,
    policy: MediaPolicy,
    folder: string,
  ): Promise<Made> {
    const input = join(folder, "input");
    await Bun.write(input, all);
    if (familyOf(kind) === "image") {
      return await this.#image(input, kind as ImageKind, structure, policy, folder);
    }
    if (kind === "pdf") {
      await Bun.write(input, scrubPdf(all));
      return { ...structure, path: input, thumb: null, pdq: null };
    }
    return await this.#recording(input, all, kind as RecordingKind, structure, policy, folder);
  }

  async #image(
    input: string,
    kind: ImageKind,
    structure: Structure,
    policy: MediaPolicy,
    folder: string,
  ): Promise<Made> {
    const output = join(folder, "output");
    const { width, height, thumb, pdq } = await this.#parts.decoders.decode({
      kind,
      input,
      output,
      thumbOutput: join(folder, "thumb"),
      thumb: policy.thumb,
      animated: structure.frames > 1,
      pixels: policy.pixels,
    });
    const { durationMs } = structure;
    return { path: output, width, height, durationMs, thumb: { ...thumb, kind: "webp" }, pdq };
  }

  async #recording(
    input: string,
    all: Uint8Array,
    kind: RecordingKind,
    structure: Structure,
    policy: MediaPolicy,
    folder: string,
  ): Promise<Made> {
    const { recoder } = this.#parts;
    const output = join(folder, "output");
    let found = recoder === null ? structure : await recoder.probe(input, kind, policy);
    if (recoder === null || kind === "mp3") await Bun.write(output, scrub(kind, all));
    else {
      await recoder.remux(input, output, kind, mostBytes(kind, policy));
      // Its headers were written anew from what is in it: now they are true.
      found = await recoder.probe(output, kind, policy);
    }
    const { width, height } = found;
    const durationMs = found.durationMs ?? structure.durationMs;
    const sound = familyOf(kind) === "audio";
    const thumb =
      recoder === null || sound
        ? null
        : await this.#frame(recoder, output, kind, durationMs, policy, folder);
    return { path: output, width, height, durationMs, thumb, pdq: null };
  }

  async #frame(
    recoder: Recoder,
    path: string,
    kind: RecordingKind,
    durationMs: number | null,
    policy: MediaPolicy,
    folder: string,
  ): Promise<Ingested["thumb"]> {
    const picture = join(folder, "picture");
    const png = await recoder.picture(path, kind, durationMs);
    if (png.length === 0) throw refusal("media.broken", "no picture in the film");
    await Bun.write(picture, png);
    const { thumb } = await this.#parts.decoders.decode({
      kind: "png",
      input: picture,
      output: null,
      thumbOutput: join(folder, "thumb"),
      thumb: policy.thumb,
      animated: false,
      pixels: policy.pixels,
    });
    return { ...thumb, kind: "webp" };
  }

  async #keep(
    upload: Upload,
    all: Uint8Array,
    kind: MediaKind,
    made: Made,
    folder: string,
    policy: MediaPolicy,
  ): Promise<Ingested> {
    const bytes = await Bun.file(made.path).bytes();
    // Encoding anew may make a file larger, but not without bound.
    if (bytes.length > 2 * mostBytes(kind, policy)) throw refusal("media.too_large");
    // What was not encoded anew may still be something else besides.
    if (familyOf(kind) !== "image") noArchive(bytes);
    if (familyOf(kind) !== "image" && kind !== "pdf") noDocument(bytes);
    const original = { sha256: digest("sha256", all), md5: digest("md5", all) };
    const stored = { sha256: digest("sha256", bytes), md5: digest("md5", bytes) };
    const file = { sha256: stored.sha256, kind, thumb: false };
    const thumb = made.thumb === null ? undefined : join(folder, "thumb");
    await this.#parts.store.put(file, made.path, thumb);
    return {
      ...stored,
      kind,
      width: made.width,
      height: made.height,
      bytes: bytes.length,
      durationMs: made.durationMs,
      thumb: made.thumb,
      pdq: made.pdq,
      originalHash: original.sha256,
      filename: displayName(upload.filename, KIND_FACTS[kind].extension),
      fingerprints: {
        md5: [original.md5, stored.md5],
        sha256: [original.sha256, stored.sha256],
        pdq: made.pdq,
      },
    };
  }
}

/** Refuses what is too large for any kind before it is read. */
async function contentOf({ content }: Upload, policy: MediaPolicy): Promise<Uint8Array> {
  const most = Math.max(
    policy.imageBytes,
    policy.videoBytes,
    policy.audioBytes,
    policy.documentBytes,
  );
  const file = content instanceof Uint8Array ? null : Bun.file(content.path);
  const size = content instanceof Uint8Array ? content.length : (file?.size ?? 0);
  if (size > most) throw refusal("media.too_large");
  return content instanceof Uint8Array ? content : await Bun.file(content.path).bytes();
}

/** A file as a draft carries it. A hash of too little to see is none. */
export function draftFileOf(file: Ingested, spoiler: boolean): DraftFile {
  const { fingerprints, pdq, ...rest } = file;
  const known = pdq !== null && pdq.quality >= LEAST_QUALITY ? pdq.hash : null;
  const [originalMd5 = file.md5] = fingerprints.md5;
  return { ...rest, originalMd5, pdq: known, spoiler };
}

function digest(algorithm: "sha256" | "md5", bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}
