import type { MediaKind } from "#store/table/media.ts";

export type MediaFamily = "image" | "video" | "audio" | "document";

interface KindFacts {
  readonly family: MediaFamily;
  readonly type: string;
  readonly extension: string;
}

export const KIND_FACTS: Readonly<Record<MediaKind, KindFacts>> = {
  jpeg: { family: "image", type: "image/jpeg", extension: "jpg" },
  png: { family: "image", type: "image/png", extension: "png" },
  gif: { family: "image", type: "image/gif", extension: "gif" },
  webp: { family: "image", type: "image/webp", extension: "webp" },
  avif: { family: "image", type: "image/avif", extension: "avif" },
  mp4: { family: "video", type: "video/mp4", extension: "mp4" },
  webm: { family: "video", type: "video/webm", extension: "webm" },
  mp3: { family: "audio", type: "audio/mpeg", extension: "mp3" },
  ogg: { family: "audio", type: "audio/ogg", extension: "ogg" },
  pdf: { family: "document", type: "application/pdf", extension: "pdf" },
};

export const MEDIA_KINDS = Object.keys(KIND_FACTS) as readonly MediaKind[];

export function familyOf(kind: MediaKind): MediaFamily {
  return KIND_FACTS[kind].family;
}
