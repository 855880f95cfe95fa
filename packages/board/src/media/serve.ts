import { KIND_FACTS } from "#media/kind.ts";
import { parseFileName } from "#media/store/name.ts";
import type { MediaStore } from "#media/store/store.ts";

/** What an edge may be told to forget all files by, where nobody knows which of them went. */
export const ALL_MEDIA_TAG = "media";

/** What an edge that keeps a copy may be told to forget it by. */
export function mediaTag(sha256: string): string {
  return `media-${sha256}`;
}

export function isMediaTag(tag: string): boolean {
  return tag === ALL_MEDIA_TAG || tag.startsWith(mediaTag(""));
}

/** The whole of what a stranger's file may do in a browser: nothing. */
const CSP = "default-src 'none'; sandbox";
const FOREVER = "public, max-age=31536000, immutable";

export interface ServedFiles {
  readonly store: MediaStore;
  /** Whether the public may have it: the store alone does not know. */
  readonly isShown: (sha256: string) => Promise<boolean>;
}

/**
 * Answers a request for a file. `name` is the last part of its address; `filename` is what the file
 * is called where it is saved. Null where there is none, or none in public reach.
 */
export async function serveMedia(
  request: Request,
  name: string,
  filename: string | null,
  { store, isShown }: ServedFiles,
): Promise<Response | null> {
  const file = parseFileName(name);
  if (file === null || !(await isShown(file.sha256))) return null;
  const content = await store.open(file);
  if (content === null) return null;
  const facts = KIND_FACTS[file.kind];
  const headers = new Headers({
    "content-type": file.thumb ? "image/webp" : facts.type,
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "content-disposition": disposition(facts.family === "document", filename ?? name),
    "cache-control": FOREVER,
    "cache-tag": `${mediaTag(file.sha256)},${ALL_MEDIA_TAG}`,
    "accept-ranges": "bytes",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    etag: `"${file.sha256}${file.thumb ? "-t" : ""}"`,
  });
  if (listsTag(request.headers.get("if-none-match"), headers.get("etag") as string)) {
    return new Response(null, { status: 304, headers });
  }
  const range = rangeOf(request, headers.get("etag") as string, content.size);
  if (range === "unsatisfiable") {
    headers.set("content-range", `bytes */${content.size}`);
    headers.delete("content-type");
    return new Response(null, { status: 416, headers });
  }
  const body = range === null ? content : content.slice(range.from, range.to + 1);
  if (range !== null) {
    headers.set("content-range", `bytes ${range.from}-${range.to}/${content.size}`);
  }
  headers.set("content-length", String(body.size));
  const status = range === null ? 200 : 206;
  return new Response(request.method === "HEAD" ? null : body.stream(), { status, headers });
}

/** RFC 6266, with the UTF-8 form of RFC 8187. */
function disposition(save: boolean, filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  const full = encodeURIComponent(filename).replace(/['()*!]/g, (c) => {
    return `%${c.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `${save ? "attachment" : "inline"}; filename="${plain}"; filename*=UTF-8''${full}`;
}

function listsTag(field: string | null, tag: string): boolean {
  if (field === null) return false;
  return field.split(",").some((one) => {
    const bare = one.trim().replace(/^W\//, "");
    return bare === tag || bare === "*";
  });
}

interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** One range of bytes (RFC 9110, section 14.2); several, or what can't be read, ask for the whole. */
function rangeOf(request: Request, tag: string, size: number): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.get("range") ?? "");
  const condition = request.headers.get("if-range");
  if (match === null || request.method !== "GET" || (condition !== null && condition !== tag)) {
    return null;
  }
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < from) return null;
  return from >= size ? "unsatisfiable" : { from, to };
}
