import { chanOpening, chanPost, imagesOf } from "#api/chan/post.ts";
import type {
  ChanBoard,
  ChanBoards,
  ChanCatalog,
  ChanIndex,
  ChanOpening,
  ChanThread,
  ChanThreads,
} from "#api/chan/shape.ts";
import { escapeHtml } from "#markup/html.ts";
import type { BoardSettings } from "#settings/board.ts";
import type { Board, Catalog, IndexPage, ThreadPage, ThreadPreview } from "#thread/model.ts";

/** Replies of the short form of a long thread (`/{board}/thread/{no}-tail.json`). */
export const TAIL_SIZE = 50;

/** `/{board}/catalog.json`: all threads of a board, by page. */
export function chanCatalog({ board, threads }: Catalog): ChanCatalog {
  return inPages(board, threads).map(({ page, part }) => ({
    page,
    threads: part.map((preview) => ({
      ...previewed(preview, board.settings),
      last_replies: preview.replies.map((reply) => chanPost(reply, board.settings)),
    })),
  }));
}

/** `/{board}/threads.json`: what an archiver compares with what it has. */
export function chanThreads({ board, threads }: Catalog): ChanThreads {
  return inPages(board, threads).map(({ page, part }) => ({
    page,
    threads: part.map(({ thread }) => ({
      no: thread.no,
      last_modified: Math.floor(thread.changedAt / 1000),
      replies: thread.replies,
    })),
  }));
}

/** `/{board}/{page}.json`: an index page with its previews. */
export function chanIndex({ board, threads }: IndexPage): ChanIndex {
  return {
    threads: threads.map((preview) => ({
      posts: [
        previewed(preview, board.settings),
        ...preview.replies.map((reply) => chanPost(reply, board.settings)),
      ],
    })),
  };
}

/** `/{board}/thread/{no}.json`; `posters` where the board tells how many there are. */
export function chanThread(page: ThreadPage, posters: number | null): ChanThread {
  const { settings } = page.board;
  const opening: ChanOpening = {
    ...chanOpening(page.opening, page.thread, settings),
    ...(posters === null ? {} : { unique_ips: posters }),
    ...(page.replies.length > 2 * TAIL_SIZE ? { tail_size: TAIL_SIZE } : {}),
  };
  return { posts: [opening, ...page.replies.map((reply) => chanPost(reply, settings))] };
}

/** `/{board}/thread/{no}-tail.json`: the thread's state and its newest replies. */
export function chanTail(page: ThreadPage, posters: number | null): ChanThread {
  const [opening, ...replies] = chanThread(page, posters).posts;
  return { posts: [opening, ...replies.slice(-TAIL_SIZE)] };
}

export interface ChanLimits {
  /** Bytes of the largest file, and seconds of the longest video. */
  readonly fileMost: number;
  readonly videoSecondsMost: number;
  /** Seconds that have to lie between two posts. */
  readonly cooldowns: ChanBoard["cooldowns"];
}

/** `/boards.json` */
export function chanBoards(
  boards: readonly Board[],
  limitsOf: (board: Board) => ChanLimits,
): ChanBoards {
  return { boards: boards.map((board) => chanBoard(board, limitsOf(board))) };
}

function chanBoard({ uri, title, subtitle, settings }: Board, limits: ChanLimits): ChanBoard {
  return {
    board: uri,
    title,
    // Nobody vouches for what strangers post.
    ws_board: 0,
    per_page: settings.threadsPerPage,
    pages: settings.pages,
    max_filesize: limits.fileMost,
    max_webm_filesize: limits.fileMost,
    max_comment_chars: settings.textMost,
    max_webm_duration: limits.videoSecondsMost,
    bump_limit: settings.bumpLimit,
    image_limit: settings.mediaLimit,
    cooldowns: limits.cooldowns,
    meta_description: escapeHtml(subtitle === "" ? `/${uri}/ - ${title}` : subtitle),
    spoilers: 1,
    code_tags: 1,
    ...(settings.archive ? { is_archived: 1 } : {}),
    ...(settings.countryFlags ? { country_flags: 1 } : {}),
    ...(settings.posterIds ? { user_ids: 1 } : {}),
    ...(settings.forcedAnonymous ? { forced_anon: 1 } : {}),
    ...(settings.subjectRequired ? { require_subject: 1 } : {}),
    ...(settings.filesMost === 0 ? { text_only: 1 } : {}),
  };
}

/** A thread's opening post where only its newest replies stand beside it. */
function previewed(
  { thread, opening, replies }: ThreadPreview,
  settings: BoardSettings,
): ChanOpening {
  const images = imagesOf(thread, opening);
  const shown = replies.reduce((sum, reply) => sum + reply.files.length, 0);
  return {
    ...chanOpening(opening, thread, settings),
    last_modified: Math.floor(thread.changedAt / 1000),
    omitted_posts: Math.max(0, thread.replies - replies.length),
    omitted_images: Math.max(0, images - shown),
  };
}

function inPages(
  board: Board,
  threads: readonly ThreadPreview[],
): readonly { readonly page: number; readonly part: readonly ThreadPreview[] }[] {
  const size = board.settings.threadsPerPage;
  const count = Math.max(1, Math.ceil(threads.length / size));
  return Array.from({ length: count }, (_, index) => ({
    page: index + 1,
    part: threads.slice(index * size, (index + 1) * size),
  }));
}
