import { type Document, ObjectId } from "bson";
import { z } from "zod";
import {
  baseName,
  cleanLine,
  cleanText,
  countryCode,
  moment,
  postNumber,
  tripcode,
} from "#move/source/clean.ts";
import { htmlToText } from "#move/source/html-text.ts";
import { fromJschan } from "#move/source/markup.ts";
import { type Origin, refused, type SourceFile, type SourceRecord } from "#move/source/record.ts";

const text = z.string().nullish();
const number = z.number().nullish();

const fileSchema = z.object({
  filename: z.string(),
  originalFilename: text,
  spoiler: z.boolean().nullish(),
});

/** Before ranges were cloaked, addresses stood there as text, or as `{ raw, single, … }`. */
const addressSchema = z.union([
  z.string(),
  z.object({ raw: text, single: text }).transform(({ raw, single }) => raw ?? single ?? ""),
  z.unknown().transform(() => ""),
]);

const postSchema = z.object({
  date: z.date(),
  board: z.string(),
  postId: z.unknown(),
  thread: z.unknown(),
  name: text,
  tripcode: text,
  capcode: text,
  subject: text,
  email: text,
  nomarkup: text,
  message: text,
  banmessage: text,
  userId: text,
  spoiler: z.boolean().nullish(),
  country: z.object({ code: text }).nullish().catch(null),
  ip: addressSchema,
  edited: z.object({ date: z.date() }).nullish().catch(null),
  files: z.array(z.unknown()).nullish(),
  bumped: z.date().nullish(),
  sticky: number,
  locked: number,
  bumplocked: number,
  cyclic: number,
  reports: z.array(z.unknown()).nullish(),
  globalreports: z.array(z.unknown()).nullish(),
});

const reportSchema = z.object({ reason: text });

/** The document's own key, as text. */
export function keyOf(document: Document): string | null {
  const id: unknown = document["_id"];
  if (typeof id === "string" || typeof id === "number") return String(id);
  if (id instanceof ObjectId) return id.toHexString();
  return null;
}

/** A document of `posts`, and the reports that stand in it. */
export function* postOf(document: Document, origin: Origin): Generator<SourceRecord> {
  const read = postSchema.safeParse(truths(document));
  if (!read.success) {
    yield refused(origin, z.prettifyError(read.error).replaceAll("\n", " ").slice(0, 300));
    return;
  }
  const post = read.data;
  const no = postNumber(post.postId);
  const threadNo =
    post.thread === null || post.thread === undefined ? null : postNumber(post.thread);
  const createdAt = moment(post.date.getTime());
  if (no === null || createdAt === null) {
    yield refused(origin, no === null ? "its number is none" : "it has no time");
    return;
  }
  if (threadNo === null && post.thread !== null && post.thread !== undefined) {
    yield refused(origin, "the number of its thread is none");
    return;
  }
  const { files, faults } = filesOf(post.files ?? [], post.spoiler === true);
  for (let fault = 0; fault < faults; fault++) yield refused(origin, "a file that can’t be read");
  const capcode = cleanLine((post.capcode ?? "").replace(/^[#\s]+/, ""), 60);
  const userId = cleanLine(post.userId ?? "", 16);
  yield {
    kind: "post",
    ...origin,
    board: post.board,
    no,
    threadNo,
    createdAt,
    name: cleanLine(post.name ?? "", 100),
    trip: tripcode(post.tripcode ?? ""),
    capcode: capcode === "" ? null : capcode,
    subject: cleanLine(post.subject ?? "", 200),
    sage: (post.email ?? "").trim().toLowerCase() === "sage",
    text: textOf(post),
    posterId: userId === "" ? null : userId,
    country: countryCode(post.country?.code ?? ""),
    address: post.ip === "" ? null : post.ip,
    editedAt: moment(post.edited?.date.getTime()),
    // What they showed stands in the text.
    dice: [],
    files,
    thread:
      threadNo !== null
        ? null
        : {
            bumpedAt: moment(post.bumped?.getTime()) ?? createdAt,
            sticky: (post.sticky ?? 0) > 0,
            locked: (post.locked ?? 0) > 0,
            bumpLocked: (post.bumplocked ?? 0) > 0,
            cyclic: (post.cyclic ?? 0) > 0,
            archivedAt: null,
          },
  };
  for (const [place, report] of [
    ...(post.reports ?? []),
    ...(post.globalreports ?? []),
  ].entries()) {
    const found = reportSchema.safeParse(report);
    const at = { table: "posts.reports", row: `${origin.row} ${place + 1}` };
    if (!found.success) yield refused(at, "a report that can’t be read");
    else {
      const words = cleanText(found.data.reason ?? "");
      yield { kind: "report", ...at, board: post.board, no, text: words };
    }
  }
}

function textOf(post: z.infer<typeof postSchema>): string {
  const written = post.nomarkup ?? null;
  const own = written === null ? htmlToText(post.message ?? "") : fromJschan(written);
  const ban = cleanText(post.banmessage ?? "").trim();
  return ban === "" ? own : `${own}\n\n'''(${ban.replaceAll("\n", " ")})'''`;
}

function filesOf(
  entries: readonly unknown[],
  spoiler: boolean,
): { readonly files: readonly SourceFile[]; readonly faults: number } {
  const files: SourceFile[] = [];
  let faults = 0;
  for (const entry of entries) {
    const read = fileSchema.safeParse(entry);
    const name = read.success ? baseName(read.data.filename) : null;
    if (!read.success || name === null) faults += 1;
    else {
      files.push({
        paths: [`file/${name}`, name],
        filename: read.data.originalFilename ?? name,
        spoiler: spoiler || read.data.spoiler === true,
        addresses: [`file/${name}`],
      });
    }
  }
  return { files, faults };
}

/** Flags are numbers now and were truths once. */
function truths(document: Document): Document {
  const flags = ["sticky", "locked", "bumplocked", "cyclic"].flatMap((name) => {
    const value: unknown = document[name];
    return typeof value === "boolean" ? [[name, value ? 1 : 0] as const] : [];
  });
  return flags.length === 0 ? document : { ...document, ...Object.fromEntries(flags) };
}
