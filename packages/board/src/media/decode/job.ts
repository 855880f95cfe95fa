import type { MediaKind } from "#store/table/media.ts";

export type ImageKind = Extract<MediaKind, "jpeg" | "png" | "gif" | "webp" | "avif">;

/** What the decoding process is asked for; files are named by their paths. */
export interface DecodeJob {
  readonly kind: ImageKind;
  readonly input: string;
  /** Null: only the thumbnail is wanted. */
  readonly output: string | null;
  readonly thumbOutput: string;
  readonly thumb: number;
  readonly animated: boolean;
  readonly pixels: number;
}

export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly thumb: { readonly width: number; readonly height: number };
  readonly pdq: { readonly hash: string; readonly quality: number } | null;
}

export type DecodeAnswer =
  | { readonly ok: true; readonly decoded: Decoded }
  | { readonly ok: false; readonly reason: string };
