import { z } from "zod";
import { diceOf } from "#markup/node.ts";
import { parse } from "#markup/parse.ts";
import { fileName } from "#media/store/name.ts";
import {
  cleanLine,
  cleanText,
  countryCode,
  moment,
  postNumber,
  tripcode,
} from "#move/source/clean.ts";
import { postRow, threadRow } from "#move/source/egide-rows.ts";
import { type Origin, refused, type SourceFile, type SourcePost } from "#move/source/record.ts";
import type { SourceRecord } from "#move/source/record.ts";

export type SourceThread = NonNullable<SourcePost["thread"]>;

/** A row of `thread`: its number, and what is kept of it. Null: it is none. */
export function threadOf(row: unknown): readonly [no: number, thread: SourceThread] | null {
  const read = threadRow.safeParse(row);
  const no = read.success ? postNumber(read.data.no) : null;
  if (!read.success || no === null) return null;
  const { sticky, locked, bumpLocked, cyclic } = read.data;
  const bumpedAt = moment(read.data.bumpedAt) ?? 0;
  const archivedAt = moment(read.data.archivedAt);
  return [no, { bumpedAt, sticky, locked, bumpLocked, cyclic, archivedAt }];
}

interface Around {
  readonly board: string;
  readonly threads: ReadonlyMap<number, SourceThread>;
  /** Where files could be reached before they came to the site that is left. */
  readonly oldFiles: ReadonlyMap<string, readonly string[]>;
}

/** A row of `post`. Its HTML is not looked at: the text is rendered anew. */
export function postOf(row: unknown, origin: Origin, around: Around): SourceRecord {
  const read = postRow.safeParse(row);
  if (!read.success) return refused(origin, faultOf(read.error));
  const post = read.data;
  const no = postNumber(post.no);
  const written = postNumber(post.threadNo);
  const createdAt = moment(post.createdAt);
  if (no === null || written === null) return refused(origin, "its number is none");
  if (createdAt === null) return refused(origin, "it has no time");
  const thread = no === written ? around.threads.get(no) : undefined;
  if (no === written && thread === undefined) return refused(origin, "its thread has no row");
  const text = cleanText(post.text);
  const capcode = cleanLine(post.capcode ?? "", 60);
  const posterId = cleanLine(post.posterId ?? "", 16);
  return {
    kind: "post",
    ...origin,
    board: around.board,
    no,
    threadNo: thread === undefined ? written : null,
    createdAt,
    name: cleanLine(post.name, 100),
    trip: tripcode(post.trip ?? ""),
    capcode: capcode === "" ? null : capcode,
    subject: cleanLine(post.subject, 200),
    sage: post.sage,
    text,
    posterId: posterId === "" ? null : posterId,
    country: countryCode(post.country ?? ""),
    // Hashes of addresses are made with a key of the other site.
    address: null,
    editedAt: moment(post.editedAt),
    dice: diceFor(text, post.dice),
    files: post.files.filter(({ state }) => state === "stored").map((file) => fileOf(file, around)),
    thread: thread === undefined ? null : { ...thread, bumpedAt: thread.bumpedAt || createdAt },
  };
}

function fileOf(
  { sha256, kind, filename, spoiler }: z.infer<typeof postRow>["files"][number],
  { oldFiles }: Around,
): SourceFile {
  const name = fileName({ sha256, kind, thumb: false });
  const addresses = [`media/${name}`, ...(oldFiles.get(sha256) ?? [])];
  return { paths: [`files/${name}`], filename, spoiler, addresses, sha256 };
}

/** What was rolled, where it could have been: as many dice as the text has, with as many sides. */
function diceFor(
  text: string,
  rolled: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  if (rolled.length === 0) return [];
  const written = diceOf(parse(text));
  const fits =
    written.length === rolled.length &&
    written.every(({ count, sides }, at) => {
      const shown = rolled[at] as readonly number[];
      return shown.length === count && shown.every((value) => value >= 1 && value <= sides);
    });
  return fits ? rolled : [];
}

export function faultOf(error: z.ZodError): string {
  return z.prettifyError(error).replaceAll("\n", " ").slice(0, 300);
}
