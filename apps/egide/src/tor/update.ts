import { type ExitList, readPublishedExits } from "@egide/board/filter/tor/exits.ts";

/** Where the Tor Project publishes the addresses of all exits, one a line. */
export const PUBLISHED = "https://check.torproject.org/torbulkexitlist";

/** Fetches the list, or throws: then the file of before stays. */
export async function fetchTorExits(
  source: string,
  now: number,
  fetchText: (url: string) => Promise<string>,
): Promise<ExitList> {
  const addresses = readPublishedExits(await fetchText(source));
  return { source, date: new Date(now).toISOString().slice(0, 10), addresses };
}
