import { type BoardSite, tagOf } from "#api/site.ts";
import { ALL_MEDIA_TAG, mediaTag } from "#media/serve.ts";

/**
 * Lets the edge forget what shows a thread whenever something happened in it: in this process, or in
 * another that works on the same records before an edge of its own. Where something was missed all
 * files go, which an edge would keep for a year; pages are asked for anew within a minute.
 */
export function forgetWhatChanges({
  threads,
  forget,
}: Pick<BoardSite, "threads" | "forget">): void {
  threads.events.subscribe(
    null,
    null,
    ({ board, threadNo, media = [] }) => {
      forget([
        tagOf.board(board),
        tagOf.thread(board, threadNo),
        tagOf.all,
        ...media.map(mediaTag),
      ]);
    },
    () => forget([tagOf.all, ALL_MEDIA_TAG]),
  );
}
