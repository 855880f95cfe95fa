import type { Post, Thread, ThreadPreview } from "#thread/model.ts";

/**
 * Previews of threads by the thread's version, the least recently used ones let go. Another process
 * that changes a thread raises its version in the database: what is kept here can't be old. A thread
 * that has not changed is the same object each time: what is drawn of it may be kept by it.
 */
class Kept {
  readonly #kept = new Map<string, ThreadPreview>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(thread: Thread): ThreadPreview | null {
    const key = `${thread.board}/${thread.no}`;
    const known = this.#kept.get(key);
    if (known === undefined || known.thread.version !== thread.version) return null;
    this.#kept.delete(key);
    this.#kept.set(key, known);
    return known;
  }

  set(preview: ThreadPreview): void {
    const key = `${preview.thread.board}/${preview.thread.no}`;
    this.#kept.delete(key);
    this.#kept.set(key, preview);
    if (this.#kept.size <= this.#most) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest as string);
  }
}

/** Which post, and which state of it. */
export interface PostStamp {
  readonly id: number;
  readonly no: number;
  readonly version: number;
}

/** Posts by their version, in the same way: a long thread is read again and again, a post at a time. */
class KeptPosts {
  readonly #kept = new Map<number, Post>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(stamp: PostStamp, board: string, threadNo: number): Post | null {
    const known = this.#kept.get(stamp.id);
    if (known === undefined || known.version !== stamp.version) return null;
    // Threads are moved: numbers and boards are not a post's for good.
    if (known.no !== stamp.no || known.board !== board || known.threadNo !== threadNo) return null;
    this.#kept.delete(stamp.id);
    this.#kept.set(stamp.id, known);
    return known;
  }

  set(post: Post): void {
    this.#kept.delete(post.id);
    this.#kept.set(post.id, post);
    if (this.#kept.size <= this.#most) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest as number);
  }
}

/** What pages have read before. */
export class Previews {
  /** With the newest replies: indices. */
  readonly whole: Kept;
  /** With the opening post alone: catalogs. */
  readonly openings: Kept;
  /** Posts of threads that are read whole: some two kilobytes each. */
  readonly posts: KeptPosts;

  constructor(most = 5000) {
    this.whole = new Kept(most);
    // A catalog shows fifteen times what an index does.
    this.openings = new Kept(most * 2);
    this.posts = new KeptPosts(most * 4);
  }
}
