import { familyOf } from "#media/kind.ts";
import type { MediaPolicy } from "#media/policy.ts";
import { readAvif } from "#media/structure/avif.ts";
import { Bytes } from "#media/structure/bytes.ts";
import { readGif } from "#media/structure/gif.ts";
import { readJpeg } from "#media/structure/jpeg.ts";
import { readMp3 } from "#media/structure/mp3.ts";
import { readMp4 } from "#media/structure/mp4.ts";
import { readOgg } from "#media/structure/ogg.ts";
import { readPdf } from "#media/structure/pdf.ts";
import { readPng } from "#media/structure/png.ts";
import type { Structure } from "#media/structure/structure.ts";
import { readWebm } from "#media/structure/webm.ts";
import { readWebp } from "#media/structure/webp.ts";
import { sniff } from "#media/sniff.ts";
import { refusal } from "#media/texts.ts";
import type { MediaKind } from "#store/table/media.ts";

const READERS: Readonly<Record<MediaKind, (bytes: Bytes) => Structure>> = {
  jpeg: readJpeg,
  png: readPng,
  gif: readGif,
  webp: readWebp,
  avif: readAvif,
  mp4: readMp4,
  webm: readWebm,
  mp3: readMp3,
  ogg: readOgg,
  pdf: readPdf,
};

export interface Inspected {
  readonly kind: MediaKind;
  readonly structure: Structure;
}

/** Refuses, before anything is decoded, what is not a whole file of a kind and size that is taken. */
export function inspect(all: Uint8Array, policy: MediaPolicy): Inspected {
  if (all.length === 0) throw refusal("media.empty");
  const kind = sniff(all);
  if (kind === null) throw refusal("media.unknown_kind");
  if (!policy.kinds.includes(kind)) throw refusal("media.kind_off");
  if (all.length > mostBytes(kind, policy)) throw refusal("media.too_large");
  const structure = READERS[kind](new Bytes(all));
  withinLimits(structure, policy);
  return { kind, structure };
}

export function mostBytes(kind: MediaKind, policy: MediaPolicy): number {
  switch (familyOf(kind)) {
    case "image":
      return policy.imageBytes;
    case "video":
      return policy.videoBytes;
    case "audio":
      return policy.audioBytes;
    case "document":
      return policy.documentBytes;
  }
}

export function withinLimits(structure: Structure, policy: MediaPolicy): void {
  const width = structure.width ?? 0;
  const height = structure.height ?? 0;
  const pixels = width * height;
  if (width > policy.side || height > policy.side || pixels > policy.pixels) {
    throw refusal("media.dimensions");
  }
  if (structure.frames > policy.frames || structure.frames * pixels > policy.framePixels) {
    throw refusal("media.frames");
  }
  if ((structure.durationMs ?? 0) > policy.seconds * 1000) throw refusal("media.duration");
}
