import type { MediaKind } from "#store/table/media.ts";
import type { Board, Thread } from "#thread/model.ts";

/** Who posts: keyed hashes, and the plain address only for as long as policy keeps it. */
export interface Poster {
  readonly sessionHash: string;
  readonly addressHash: string | null;
  readonly prefixHash: string | null;
  /** Which key made the hashes of the address. */
  readonly addressPeriod: number | null;
  readonly address: string | null;
  readonly country: string | null;
  /** Comes through Tor. */
  readonly tor?: boolean;
}

/** Staff who post as such. */
export interface PostingStaff {
  readonly staffId: string;
  /** What is shown, e.g. `Moderator`; null: posts like anybody, but is not held back. */
  readonly capcode: string | null;
}

/** A file as it was taken in: kept already, named by no post yet. */
export interface DraftFile {
  readonly sha256: string;
  readonly md5: string;
  readonly pdq: string | null;
  readonly originalHash: string;
  /** Of the file as it was sent: lists of known files name that one. */
  readonly originalMd5?: string;
  readonly kind: MediaKind;
  readonly filename: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  readonly thumb: { readonly width: number; readonly height: number; readonly kind: string } | null;
  readonly spoiler: boolean;
}

/** What somebody wants to post, as it came. */
export interface Draft {
  readonly board: string;
  /** Null opens a thread. */
  readonly threadNo: number | null;
  /** `Name#tripcode`, `Name##secure`. */
  readonly name: string;
  readonly subject: string;
  readonly text: string;
  readonly sage: boolean;
  /** With which it may be deleted from elsewhere; empty: by the session alone. */
  readonly password: string;
  readonly poster: Poster;
  readonly staff: PostingStaff | null;
  /** What filter/proof.ts asked for, and what came back. */
  readonly proof?: { readonly ticket: string; readonly answer: string };
}

/** A draft with where it would stand and what came with it: what guards judge. */
export interface Candidate {
  readonly draft: Draft;
  readonly board: Board;
  readonly thread: Thread | null;
  /** Empty at the first stage, before files are taken in. */
  readonly files: readonly DraftFile[];
  /** As guards before have changed it. */
  readonly text: string;
}
