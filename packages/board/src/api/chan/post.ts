import type { ChanFile, ChanOpening, ChanPost } from "#api/chan/shape.ts";
import { chanNow } from "#api/chan/now.ts";
import { slugOf } from "#api/chan/slug.ts";
import { timOf } from "#api/chan/tim.ts";
import { KIND_FACTS } from "#media/kind.ts";
import { escapeHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import type { BoardSettings } from "#settings/board.ts";
import type { Post, PostFile, Thread } from "#thread/model.ts";

const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });

/** A reply, or what an opening post has in common with one. */
export function chanPost(post: Post, settings: BoardSettings): ChanPost {
  const [first, ...others] = post.files;
  return {
    no: post.no,
    resto: post.no === post.threadNo ? 0 : post.threadNo,
    now: chanNow(post.createdAt),
    time: Math.floor(post.createdAt / 1000),
    name: escapeHtml(post.name === "" ? settings.anonymousName : post.name),
    ...(post.trip === null ? {} : { trip: post.trip }),
    ...(post.posterId === null ? {} : { id: post.posterId }),
    ...(post.capcode === null ? {} : { capcode: post.capcode }),
    ...(post.country === null ? {} : countryOf(post.country)),
    ...(post.subject === "" ? {} : { sub: escapeHtml(post.subject) }),
    ...(post.html === "" ? {} : { com: post.html }),
    ...(first === undefined ? {} : firstFile(post, first)),
    ...(others.length === 0 ? {} : { extra_files: extraFiles(post, others) }),
  };
}

/** What the opening post adds; `omitted` where replies are left out of the answer. */
export function chanOpening(post: Post, thread: Thread, settings: BoardSettings): ChanOpening {
  const closed = thread.locked || thread.archivedAt !== null;
  return {
    ...chanPost(post, settings),
    semantic_url: slugOf(post.subject === "" ? toPlain(parse(post.text), 200) : post.subject),
    replies: thread.replies,
    images: imagesOf(thread, post),
    ...(thread.sticky ? { sticky: 1 } : {}),
    ...(closed ? { closed: 1 } : {}),
    ...(thread.archivedAt === null
      ? {}
      : { archived: 1, archived_on: Math.floor(thread.archivedAt / 1000) }),
    ...(thread.replies >= settings.bumpLimit && !thread.sticky ? { bumplimit: 1 } : {}),
    ...(thread.media >= settings.mediaLimit ? { imagelimit: 1 } : {}),
  };
}

/** `images` counts the replies' files: the opening post's own are not among them. */
export function imagesOf(thread: Thread, opening: Post): number {
  return Math.max(0, thread.media - opening.files.length);
}

function firstFile(post: Post, file: PostFile): Partial<ChanPost> {
  return file.state === "stored" ? chanFile(post, file, 0) : { filedeleted: 1 };
}

function extraFiles(post: Post, files: readonly PostFile[]): readonly ChanFile[] {
  return files
    .map((file, index) => ({ file, position: index + 1 }))
    .filter(({ file }) => file.state === "stored")
    .map(({ file, position }) => chanFile(post, file, position));
}

function chanFile(post: Post, file: PostFile, position: number): ChanFile {
  const dot = file.filename.lastIndexOf(".");
  return {
    tim: timOf(post, position),
    filename: escapeHtml(dot > 0 ? file.filename.slice(0, dot) : file.filename),
    ext: `.${KIND_FACTS[file.kind].extension}`,
    fsize: file.bytes,
    md5: Buffer.from(file.md5, "hex").toString("base64"),
    w: file.width ?? 0,
    h: file.height ?? 0,
    tn_w: file.thumb?.width ?? 0,
    tn_h: file.thumb?.height ?? 0,
    ...(file.spoiler ? { spoiler: 1 } : {}),
  };
}

function countryOf(code: string): Pick<ChanPost, "country" | "country_name"> {
  const known = /^[A-Z]{2}$/.test(code) && code !== "XX";
  return {
    country: code,
    country_name: known ? (COUNTRIES.of(code) ?? "Unknown") : "Unknown",
  };
}
