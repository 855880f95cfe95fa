import type { MediaKind } from "#store/table/media.ts";

/** A file of the store: the file itself, or its thumbnail (always WebP). */
export interface MediaFile {
  readonly sha256: string;
  readonly kind: MediaKind;
  readonly thumb: boolean;
}

export interface StoredFile extends MediaFile {
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly sealed: boolean;
}

/**
 * Where files lie, by the hash of their content: on disk or in an S3 bucket. All operations may be
 * repeated: what is there already is not written again, what is gone may be removed again.
 */
export interface MediaStore {
  /**
   * Returns once the file would outlive a loss of power, and its thumbnail where one comes with it.
   * What lies at the paths is moved or copied.
   */
  put(file: MediaFile, path: string, thumb?: string): Promise<void>;
  /** Null where there is none in public reach. */
  open(file: MediaFile): Promise<Blob | null>;
  /** Of the file, its thumbnail, and what is sealed of it. */
  remove(sha256: string, kind: MediaKind): Promise<void>;
  /** Takes file and thumbnail out of public reach; they are kept encrypted. */
  seal(sha256: string, kind: MediaKind): Promise<void>;
  /** Keeps something sealed that never was in public reach here. */
  putSealed(file: MediaFile, plain: Uint8Array): Promise<void>;
  /** Puts back what was sealed. */
  unseal(sha256: string, kind: MediaKind): Promise<void>;
  /** What was sealed, for those who may see it; null where nothing is. */
  openSealed(file: MediaFile): Promise<Uint8Array | null>;
  /** When what is in public reach was written, in milliseconds since the epoch; null: there is none. */
  modified(file: MediaFile): Promise<number | null>;
  /** Everything there is, in any order; a hash may come more than once. */
  list(): AsyncIterable<StoredFile>;
}
