import type { Refused, Source, SourceBoard } from "#move/source/record.ts";

/** A board of the source before anything of it is taken. */
export interface Surveyed {
  readonly board: SourceBoard;
  /** Numbers of the posts that open threads, and when they did. */
  readonly threads: ReadonlyMap<number, number>;
  readonly posts: number;
  /** The highest number that was given out. */
  readonly lastNo: number;
  /** The highest number of a post that is there: less, where the dump was cut off. */
  readonly newestNo: number;
}

interface Growing {
  readonly threads: Map<number, number>;
  posts: number;
  lastNo: number;
  newestNo: number;
}

/**
 * Reads everything once: which boards there are, how far their numbers go, which threads have a
 * beginning. All that is kept are numbers and times of threads.
 */
export async function survey(
  source: Source,
  refuse: (entry: Refused) => void,
): Promise<ReadonlyMap<string, Surveyed>> {
  const boards = new Map<string, SourceBoard>();
  const growing = new Map<string, Growing>();
  const of = (uri: string): Growing => {
    const known = growing.get(uri) ?? { threads: new Map(), posts: 0, lastNo: 0, newestNo: 0 };
    growing.set(uri, known);
    return known;
  };
  for await (const record of source.read()) {
    if (record.kind === "board") {
      if (boards.has(record.uri)) {
        const { table, row } = record;
        refuse({ kind: "refused", table, row, reason: "a second board of this address" });
      } else boards.set(record.uri, record);
      const grown = of(record.uri);
      grown.lastNo = Math.max(grown.lastNo, record.lastNo);
    } else if (record.kind === "numbers") {
      const grown = of(record.board);
      grown.lastNo = Math.max(grown.lastNo, record.lastNo);
    } else if (record.kind === "post") {
      const grown = of(record.board);
      grown.posts += 1;
      grown.lastNo = Math.max(grown.lastNo, record.no);
      grown.newestNo = Math.max(grown.newestNo, record.no);
      if (record.threadNo === null && !grown.threads.has(record.no)) {
        grown.threads.set(record.no, record.createdAt);
      }
    }
  }
  return new Map([...boards].map(([uri, board]) => [uri, { board, ...of(uri) }]));
}
