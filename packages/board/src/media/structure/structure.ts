/** What a file's own headers say, found without decoding anything. */
export interface Structure {
  /** Of the largest picture in the file; null for sound and documents. */
  readonly width: number | null;
  readonly height: number | null;
  /** Pictures of an animation; 1 for a still, 0 where there are none to count. */
  readonly frames: number;
  /** Null where the headers do not say. */
  readonly durationMs: number | null;
}
