import type { MediaKind } from "#store/table/media.ts";

const EXTENSIONS: Readonly<Record<MediaKind, string>> = {
  jpeg: ".jpg",
  png: ".png",
  gif: ".gif",
  webp: ".webp",
  avif: ".avif",
  mp4: ".mp4",
  webm: ".webm",
  mp3: ".mp3",
  ogg: ".ogg",
  pdf: ".pdf",
};

export function extensionOf(kind: MediaKind): string {
  return EXTENSIONS[kind];
}
