import type { WebContext } from "@egide/web/context.ts";
import type { Locale, Texts } from "@egide/web/locale.ts";
import type { Pace } from "#api/pace.ts";
import type { ProofDoor } from "#filter/ask.ts";
import type { MediaStore } from "#media/store/store.ts";
import type { Category } from "#moderation/category.ts";
import type { RuleSet } from "#moderation/rules.ts";
import type { Actor } from "#moderation/service/deps.ts";
import type { ReportStatus } from "#moderation/service/report.ts";
import type { Assets } from "#page/assets.ts";
import type { Decision } from "#page/view/decision.tsx";
import type { PublicAct } from "#page/view/record.tsx";
import type { FileLimits } from "#page/part/compose.tsx";
import type { ThreadContext } from "#thread/context.ts";
import type { Board } from "#thread/model.ts";
import type { DraftFile, Poster } from "#thread/posting/draft.ts";
import type { Previews } from "#thread/previews.ts";

/** What a file of a form is: its bytes and the name that its sender gave it. */
export interface Sent {
  readonly bytes: Uint8Array;
  readonly filename: string;
  readonly spoiler: boolean;
}

/** What the routes of the public need; app.ts puts it together. */
export interface BoardSite {
  readonly threads: ThreadContext;
  readonly previews: Previews;
  readonly assets: Assets;
  readonly media: MediaStore;
  readonly due: DueDoor;
  /** The work that posters are asked for. */
  readonly proof: ProofDoor;
  /** Takes a file in, or refuses it. */
  readonly takeFile: (sent: Sent, board: Board) => Promise<DraftFile>;
  /** Throws while too many files wait to be taken in. */
  readonly filesReady: () => void;
  readonly fileLimits: (board: Board) => FileLimits;
  /** Keyed hashes of who asks. */
  readonly posterOf: (c: WebContext) => Poster | Promise<Poster>;
  /** The account of who asks, if they are signed in. */
  readonly personOf: (
    c: WebContext,
  ) => Promise<{ readonly id: string; readonly username?: string } | null>;
  /** Who asks, with their roles; null where they are no staff. */
  readonly actorOf: (c: WebContext) => Promise<Actor | null>;
  readonly pace: Pick<Pace, "take" | "search" | "mayHide">;
  /** Lets edges forget what changed, by tag. */
  readonly forget: (tags: readonly string[]) => void;
  /** Resolves once they have forgotten what they were told to so far, or after a moment. */
  readonly settled: () => Promise<void>;
  /** Words of the site's people: who answers, how to reach them. */
  readonly about: { readonly people: string; readonly contact: string; readonly keyDays: number };
  readonly announcement: string;
  /** What people read of errors, by code: of all rooms together. */
  readonly texts: Readonly<Record<string, Texts>>;
}

/** What the public may ask of moderation: due-door.ts is the real one. */
export interface DueDoor {
  /** Answers the secret by which the reporter learns the outcome. */
  report(report: PublicReport): Promise<string>;
  reportState(receipt: string): Promise<ReportStatus>;
  /** The reporter does not accept that nothing was done: somebody else decides. */
  contest(receipt: string, text: string): Promise<void>;
  rules(board: Board | null): Promise<{ readonly board: RuleSet; readonly site: RuleSet }>;
  /** Newest first. */
  log(board: Board | null, page: number, locale: Locale): Promise<PublicLog>;
  /** What was decided, by the secret of the one it concerns and their session; they have been told then. */
  decision(token: string, sessionHash: string): Promise<Decision | null>;
  appeal(token: string, text: string, locale: Locale): Promise<void>;
  /** Where the person concerned reads of an act, and appeals: nobody else can name it. */
  decisionPath(actId: string): string;
}

export interface PublicReport {
  readonly postId: number;
  readonly category: Category;
  readonly text: string;
  readonly sessionHash: string;
  readonly mayHide: boolean;
}

export interface PublicLog {
  readonly acts: readonly PublicAct[];
  readonly pages: number;
}

/** Tags by which what is cached is forgotten. */
export const tagOf = {
  board: (uri: string): string => `board-${uri}`,
  thread: (uri: string, no: number): string => `thread-${uri}-${no}`,
  all: "boards",
} as const;
