import { type BoardSite, tagOf } from "#api/site.ts";

/**
 * Lets the edge forget what shows a thread whenever something happened in it: in this process, or in
 * another that works on the same records before an edge of its own.
 */
export function forgetWhatChanges({
  threads,
  forget,
}: Pick<BoardSite, "threads" | "forget">): void {
  threads.events.subscribe(null, null, ({ board, threadNo, media = [] }) => {
    forget([
      tagOf.board(board),
      tagOf.thread(board, threadNo),
      tagOf.all,
      ...media.map((sha256) => `media-${sha256}`),
    ]);
  });
}
