import { toHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import type { Target } from "#move/run/boards.ts";
import type { ImportContext, ImportOrder } from "#move/run/context.ts";
import { eachOf, FileTaker, folderFiles } from "#move/run/files.ts";
import { standingOf } from "#move/run/numbers.ts";
import type { SourcePost } from "#move/source/record.ts";
import type { Db } from "#store/open.ts";
import { insertPost } from "#store/posts.ts";
import { indexPost } from "#store/search.ts";
import type { Draft, DraftFile } from "#thread/posting/draft.ts";
import { judge, type Objection } from "#thread/posting/guard.ts";
import { asShown, keepFiles } from "#thread/posting/post.ts";

/** Posts that are written in one transaction. */
const BATCH = 100;
const FILES_AT_ONCE = 3;

export interface Counts {
  posts: number;
  known: number;
  files: number;
  held: number;
}

interface Ready {
  readonly post: SourcePost;
  readonly text: string;
  readonly files: readonly {
    readonly draft: DraftFile;
    readonly addresses: readonly string[];
  }[];
  readonly objections: readonly Objection[];
}

/** Takes posts of one board in, some at a time; what an earlier run took is passed over. */
export class PostWriter {
  readonly #context: ImportContext;
  readonly #order: ImportOrder;
  readonly #target: Target;
  /** Null: no files are taken. */
  readonly #files: FileTaker | null;
  #waiting: SourcePost[] = [];
  readonly counts: Counts = { posts: 0, known: 0, files: 0, held: 0 };

  constructor(context: ImportContext, order: ImportOrder, target: Target) {
    this.#context = context;
    this.#order = order;
    this.#target = target;
    const { source, media } = order;
    const files = source.files ?? (media === null ? null : folderFiles(media));
    this.#files = files === null ? null : new FileTaker(context, files);
  }

  async add(post: SourcePost): Promise<void> {
    const { threadNo, table, row } = post;
    if (threadNo !== null && !this.#target.surveyed.threads.has(threadNo)) {
      const reason = `its thread, ${threadNo}, is not there`;
      this.#order.refuse({ kind: "refused", table, row, reason });
      return;
    }
    this.#waiting.push(post);
    if (this.#waiting.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const fresh = await this.#unknown(waiting);
    if (this.#order.dryRun) {
      await this.#look(fresh);
      return;
    }
    const ready: (Ready | undefined)[] = fresh.map(() => undefined);
    await eachOf([...fresh.entries()], FILES_AT_ONCE, async ([place, post]) => {
      ready[place] = await this.#ready(post);
    });
    const { store } = this.#context;
    const whole = ready.filter((one) => one !== undefined);
    await store.transaction(async (trx) => {
      for (const one of whole) await this.#write(trx, one);
    });
    for (const { files, objections } of whole) {
      this.counts.posts += 1;
      this.counts.files += files.length;
      if (objections.some(({ kind }) => kind === "hold")) this.counts.held += 1;
    }
    const { posts, known } = this.counts;
    const { from, surveyed } = this.#target;
    this.#order.progress(`/${from}/: ${posts + known} of ${surveyed.posts} posts`);
  }

  /**
   * One post of a number; of two in the dump the first is taken. Once a board is open here it gives
   * numbers out itself: in a newer dump the same ones are of other posts, which began at another time.
   */
  async #unknown(posts: readonly SourcePost[]): Promise<readonly SourcePost[]> {
    const { board, strange, surveyed, numbers: known } = this.#target;
    const target = { ...known, threads: surveyed.threads };
    const numbers = new Set(posts.flatMap(({ no, threadNo }) => [no, threadNo ?? no]));
    const rows = await this.#context.store.kysely
      .selectFrom("post")
      .select(["no", "createdAt"])
      .where("boardId", "=", board.id)
      .where("no", "in", [...numbers])
      .execute();
    const here = new Map(rows.map(({ no, createdAt }) => [no, createdAt]));
    const taken = new Set<number>();
    return posts.filter((post) => {
      const { no, table, row } = post;
      if (taken.has(no)) {
        this.counts.known += 1;
        return false;
      }
      taken.add(no);
      const standing = standingOf(post, here, target);
      if (standing === "fresh") return true;
      if (standing === "known") this.counts.known += 1;
      else {
        this.#order.refuse({ kind: "refused", table, row, reason: standing.reason });
        strange.add(no);
      }
      return false;
    });
  }

  /** What a dry run can tell of files: whether they are there. */
  async #look(posts: readonly SourcePost[]): Promise<void> {
    for (const post of posts) {
      this.counts.posts += 1;
      if (this.#files === null) continue;
      for (const file of post.files) {
        const fault = await this.#files.look(file);
        if (fault === null) this.counts.files += 1;
        else this.#refuseFile(post, fault);
      }
    }
  }

  async #ready(post: SourcePost): Promise<Ready> {
    const files: { draft: DraftFile; addresses: readonly string[] }[] = [];
    const taker = this.#files;
    for (const file of post.files) {
      if (taker === null) break;
      const taken = await taker.take(file);
      if ("fault" in taken) this.#refuseFile(post, taken.fault);
      else files.push({ draft: taken.file, addresses: file.addresses.map(addressOf) });
    }
    const text = this.#renamed(post.text);
    const drafts = files.map(({ draft }) => draft);
    // As staff: lists of known files and removed texts hold, floods and words of filters don't.
    const candidate = {
      draft: draftOf(post, this.#target.board.uri, text),
      board: this.#target.board,
      thread: null,
      files: drafts,
      text,
    };
    const { objections } = await judge(this.#context.guards, candidate);
    return { post, text, files, objections };
  }

  /** References to boards that have another address here. */
  #renamed(text: string): string {
    if (this.#order.rename.size === 0) return text;
    return text.replace(/>>>\/([a-z0-9]{1,24})\//g, (all, uri: string) => {
      const to = this.#order.rename.get(uri);
      return to === undefined ? all : `>>>/${to}/`;
    });
  }

  #refuseFile({ table, row }: SourcePost, reason: string): void {
    this.#order.refuse({ kind: "refused", table: `${table} (file)`, row, reason });
  }

  async #write(trx: Db, { post, text, files, objections }: Ready): Promise<void> {
    const { board } = this.#target;
    const { no, subject, createdAt } = post;
    const threadNo = post.threadNo ?? no;
    const drafts = files.map(({ draft }) => draft);
    const state = objections.some(({ kind }) => kind === "hold") ? "held" : "visible";
    const name = post.name === "" ? board.settings.anonymousName : post.name;
    const postId = await insertPost(trx, {
      boardId: board.id,
      no,
      threadNo,
      createdAt,
      name,
      trip: post.trip,
      capcode: post.capcode,
      subject,
      sage: post.sage ? 1 : 0,
      text,
      // References are looked up once everything is here (link.ts).
      html: toHtml(parse(text), { resolve: () => null, dice: post.dice }),
      posterId: post.posterId,
      country: post.country,
      sessionHash: null,
      ...this.#hashes(post),
      deletion: null,
      state,
      editedAt: post.editedAt,
      editedBy: null,
      files: JSON.stringify(drafts.map(asShown)),
      backlinks: "[]",
      dice: JSON.stringify(post.dice),
      version: 1,
    });
    if (post.thread !== null) await openThread(trx, board.id, post, state);
    const now = this.#context.clock.now();
    await keepFiles(trx, postId, drafts, now);
    for (const { draft, addresses } of files) {
      for (const address of addresses) {
        await trx
          .insertInto("old_file")
          .values({ address, sha256: draft.sha256 })
          .onConflict((conflict) => conflict.column("address").doNothing())
          .execute();
      }
    }
    if (state === "visible") {
      const words = `${subject}\n${text}`;
      await indexPost(this.#context.store, trx, { id: postId, boardId: board.id, words });
    }
    if (objections.length === 0) return;
    const candidate = {
      draft: draftOf(post, board.uri, text),
      board,
      thread: null,
      files: drafts,
      text,
    };
    const place = { postId, boardId: board.id, no, threadNo, state, createdAt: now } as const;
    for (const after of this.#context.afterWrite) {
      await after(trx, { ...place, candidate, objections });
    }
  }

  /** A hash is of use as long as its key is; an address is never kept as it was. */
  #hashes({ address, createdAt }: SourcePost) {
    const { hash, hashMs, clock } = this.#context;
    const isOld = createdAt < clock.now() - hashMs;
    const kept =
      address === null || isOld || this.#order.addresses === "drop" ? null : hash(address);
    return {
      addressHash: kept?.addressHash ?? null,
      prefixHash: kept?.prefixHash ?? null,
      addressPeriod: kept?.period ?? null,
    };
  }
}

function addressOf(address: string): string {
  return address.replace(/^\/+/, "").slice(0, 300);
}

async function openThread(
  trx: Db,
  boardId: number,
  post: SourcePost,
  state: "visible" | "held",
): Promise<void> {
  const { no, createdAt, subject, thread } = post;
  if (thread === null) return;
  await trx
    .insertInto("thread")
    .values({
      boardId,
      no,
      createdAt,
      bumpedAt: thread.bumpedAt,
      subject,
      sticky: thread.sticky ? 1 : 0,
      locked: thread.locked ? 1 : 0,
      bumpLocked: thread.bumpLocked ? 1 : 0,
      cyclic: thread.cyclic ? 1 : 0,
      archivedAt: thread.archivedAt,
      replies: 0,
      media: 0,
      state,
      version: 1,
      lastNo: no,
      changedAt: thread.bumpedAt,
    })
    .execute();
}

/** What guards are shown. */
function draftOf(post: SourcePost, board: string, text: string): Draft {
  return {
    board,
    threadNo: post.threadNo,
    name: post.name,
    subject: post.subject,
    text,
    sage: post.sage,
    password: "",
    poster: {
      sessionHash: "import",
      addressHash: null,
      prefixHash: null,
      addressPeriod: null,
      address: null,
      country: null,
    },
    staff: { staffId: "import", capcode: null },
  };
}
