export type MediaKind =
  | "jpeg"
  | "png"
  | "gif"
  | "webp"
  | "avif"
  | "mp4"
  | "webm"
  | "mp3"
  | "ogg"
  | "pdf";

/** `sealed`: kept, but served to nobody; `removed`: the row remains, the file is gone. */
export type MediaState = "stored" | "sealed" | "removed";

/** One file, by its content: posts share it. */
export interface MediaTable {
  /** Hex, of the file as it is served. */
  readonly sha256: string;
  readonly md5: string;
  /** PDQ hash (64 hex digits) of an image, or null. */
  pdq: string | null;
  readonly kind: MediaKind;
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number;
  readonly durationMs: number | null;
  /** JSON: { width, height, kind } or null. */
  thumb: string | null;
  state: MediaState;
  readonly createdAt: number;
}
