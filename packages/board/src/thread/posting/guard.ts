import type { AppError } from "@egide/std/error.ts";
import type { Db } from "#store/open.ts";
import type { Candidate } from "#thread/posting/draft.ts";

/** What a guard says of a draft; nothing said is allowed. */
export type Objection =
  | { readonly kind: "refuse"; readonly error: AppError }
  /** Nobody sees it until staff approve it. */
  | { readonly kind: "hold"; readonly reason: string; readonly data?: unknown }
  /** It is shown, and staff are told. */
  | { readonly kind: "flag"; readonly reason: string; readonly data?: unknown }
  | { readonly kind: "replace"; readonly text: string };

/** Judges drafts. `files` says whether it is asked again once the files are known. */
export interface Guard {
  readonly stage: "early" | "files";
  judge(candidate: Candidate): Promise<readonly Objection[]> | readonly Objection[];
}

/** What was written: for rooms that add records of their own in the same transaction. */
export interface Written {
  readonly postId: number;
  readonly boardId: number;
  readonly no: number;
  readonly threadNo: number;
  readonly state: "visible" | "held";
  readonly createdAt: number;
  readonly candidate: Candidate;
  readonly objections: readonly Objection[];
}

export type AfterWrite = (trx: Db, written: Written) => Promise<void>;

/** The verdict of all guards: the text as it is to stand, and what keeps it back. */
export interface Judged {
  readonly text: string;
  readonly objections: readonly Objection[];
}

/** Asks guards in their order; the first refusal ends it, replacements are seen by those behind. */
export async function judge(guards: readonly Guard[], candidate: Candidate): Promise<Judged> {
  let { text } = candidate;
  const objections: Objection[] = [];
  for (const guard of guards) {
    for (const objection of await guard.judge({ ...candidate, text })) {
      if (objection.kind === "refuse") throw objection.error;
      if (objection.kind === "replace") text = objection.text;
      else objections.push(objection);
    }
  }
  return { text, objections };
}
