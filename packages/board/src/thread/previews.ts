import type { Post, Thread, ThreadPreview } from "#thread/model.ts";

/** What was used last, up to a weight in all. */
class Recent<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #most: number;
  readonly #weigh: (value: Value) => number;
  #weight = 0;

  constructor(most: number, weigh: (value: Value) => number) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get(key: string): Value | undefined {
    const known = this.#kept.get(key);
    if (known === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, known);
    return known;
  }

  set(key: string, value: Value): void {
    this.#drop(key);
    this.#kept.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#most) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const known = this.#kept.get(key);
    if (known === undefined) return;
    this.#kept.delete(key);
    this.#weight -= this.#weigh(known);
  }
}

function keyOf({ board, no }: Thread): string {
  return `${board}/${no}`;
}

/**
 * Previews of threads by the thread's version, the least recently used ones let go. Another process
 * that changes a thread raises its version in the database: what is kept here can't be old. A thread
 * that has not changed is the same object each time: what is drawn of it may be kept by it.
 */
class KeptPreviews {
  readonly #recent: Recent<ThreadPreview>;

  constructor(most: number) {
    this.#recent = new Recent(most, () => 1);
  }

  get(thread: Thread): ThreadPreview | null {
    const known = this.#recent.get(keyOf(thread));
    return known?.thread.version === thread.version ? known : null;
  }

  set(preview: ThreadPreview): void {
    this.#recent.set(keyOf(preview.thread), preview);
  }
}

/** Threads whole, in the same way; a post that has not changed is the same object in the next version. */
class KeptThreads {
  readonly #recent: Recent<{ readonly version: number; readonly posts: readonly Post[] }>;

  /** `most` posts in all. */
  constructor(most: number) {
    this.#recent = new Recent(most, ({ posts }) => posts.length);
  }

  get(thread: Thread): readonly Post[] | null {
    const known = this.#recent.get(keyOf(thread));
    return known?.version === thread.version ? known.posts : null;
  }

  /** Takes what was read behind the thread's version, in the order of its numbers. */
  set(thread: Thread, read: readonly Post[]): readonly Post[] {
    const key = keyOf(thread);
    const posts = withKnown(read, this.#recent.get(key)?.posts ?? []);
    this.#recent.set(key, { version: thread.version, posts });
    return posts;
  }
}

function withKnown(read: readonly Post[], known: readonly Post[]): readonly Post[] {
  let at = 0;
  return read.map((post) => {
    while ((known[at]?.no ?? post.no) < post.no) at += 1;
    const same = known[at];
    return same?.no === post.no && same.version === post.version ? same : post;
  });
}

/** What pages have read before. */
export class Previews {
  /** With the newest replies: indices. */
  readonly whole: KeptPreviews;
  /** With the opening post alone: catalogs. */
  readonly openings: KeptPreviews;
  /** Threads that are read whole: some two kilobytes a post. */
  readonly threads: KeptThreads;

  constructor(most = 5000) {
    this.whole = new KeptPreviews(most);
    // A catalog shows fifteen times what an index does.
    this.openings = new KeptPreviews(most * 2);
    this.threads = new KeptThreads(most * 4);
  }
}
