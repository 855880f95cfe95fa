import { followOldAnchor } from "./anchor.ts";
import { filterCatalog } from "./filter.ts";
import { followThread } from "./live.ts";
import { expandMedia } from "./media.ts";
import { markQuotes, previewQuotes } from "./quote.ts";
import { easeReply } from "./reply.ts";
import { localTimes } from "./time.ts";
import { watchThreads } from "./watch.ts";

/*
 * What scripts add to pages that work without them. Every part stands by itself: where one fails,
 * the page is as it was.
 */
for (const part of [
  followOldAnchor,
  () => localTimes(document),
  () => markQuotes(document),
  previewQuotes,
  expandMedia,
  followThread,
  easeReply,
  filterCatalog,
  () => void watchThreads(),
]) {
  try {
    part();
  } catch (error) {
    reportError(error);
  }
}
