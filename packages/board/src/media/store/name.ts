import { KIND_FACTS, MEDIA_KINDS } from "#media/kind.ts";
import type { MediaFile } from "#media/store/store.ts";
import type { MediaKind } from "#store/table/media.ts";

const NAME = /^([0-9a-f]{64})(\.t)?\.([a-z0-9]{3,4})$/;
const BY_EXTENSION = new Map<string, MediaKind>(
  MEDIA_KINDS.map((kind) => [KIND_FACTS[kind].extension, kind]),
);

/** The last part of a file's address, and its name on disk: `hash.jpg`, its thumbnail `hash.t.jpg`. */
export function fileName({ sha256, kind, thumb }: MediaFile): string {
  return `${sha256}${thumb ? ".t" : ""}.${KIND_FACTS[kind].extension}`;
}

/** Null where the name is none of ours. A thumbnail keeps the extension of its file. */
export function parseFileName(name: string): MediaFile | null {
  const match = NAME.exec(name);
  const kind = match === null ? undefined : BY_EXTENSION.get(match[3] as string);
  if (match === null || kind === undefined) return null;
  return { sha256: match[1] as string, kind, thumb: match[2] !== undefined };
}

/** `ab/cd/abcd….jpg`: no folder grows beyond what a file system likes. */
export function filePath(file: MediaFile): string {
  return `${file.sha256.slice(0, 2)}/${file.sha256.slice(2, 4)}/${fileName(file)}`;
}

/** Both names under which something of a file may lie. */
export function bothFiles(sha256: string, kind: MediaKind): readonly MediaFile[] {
  return [
    { sha256, kind, thumb: false },
    { sha256, kind, thumb: true },
  ];
}
