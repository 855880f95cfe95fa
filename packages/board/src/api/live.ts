import type { WebContext, WebEnv } from "@egide/web/context.ts";
import type { Locale } from "@egide/web/locale.ts";
import type { Hono } from "hono";
import { frameOf, wholeOf } from "#api/answer.ts";
import type { BoardSite } from "#api/site.ts";
import type { Frame } from "#page/frame.ts";
import { drawPost } from "#page/part/post.ts";
import type { BoardEvent, Events } from "#thread/events.ts";
import type { Board, Post } from "#thread/model.ts";
import { readPost, readThread } from "#thread/read.ts";

/** A comment line now and then keeps proxies from taking silence for the end. */
const BEAT_MS = 20_000;
/** Readers at one time; who comes later reads without. */
const LISTENERS_MOST = 5000;
/** … of whom one neighbourhood (or all of Tor) has a tenth: nobody by themselves ends it for all. */
const NEIGHBOURS_MOST = 500;
/** What a reader may have waiting before they are let go; they come back and ask what they missed. */
const WAITING_MOST = 256;
const DRAWN_MOST = 256;

/** What is drawn for one reader serves all who read in that language. */
class Drawn {
  readonly #texts = new Map<string, string>();

  get(key: string, draw: () => string): string {
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const text = draw();
    if (this.#texts.size >= DRAWN_MOST) this.#texts.clear();
    this.#texts.set(key, text);
    return text;
  }
}

/** `/b/thread/1/events`: posts as server-sent events, drawn as the page draws them. */
export function liveRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { events, store } = site.threads;
  const drawn = new Drawn();
  const places = new Places();

  app.get("/:board{[a-z0-9]{1,24}}/thread/:no{[0-9]{1,15}}/events", async (c) => {
    const uri = c.req.param("board");
    const no = Number(c.req.param("no"));
    const after = wholeOf(c.req.query("after")) ?? no;
    // A reader who comes back says what they have had (HTML, 9.2.3).
    const last = wholeOf(c.req.header("last-event-id")) ?? after;
    const { prefixHash } = await site.posterOf(c);
    const give = events.size >= LISTENERS_MOST ? null : places.take(prefixHash ?? "");
    if (give === null) return c.body(null, 204);
    // Followed before it is read: what comes in between is told as well.
    const followed = new Followed(events, uri, no, give);
    try {
      const { board, replies } = await readThread({ store, previews: site.previews }, uri, no);
      if (c.req.method === "HEAD") {
        // Whoever asks for the head alone reads no body: nobody would ever end it.
        followed.end();
        return c.body(null, 200, HEADERS);
      }
      const frame = await frameOf(c, site, true);
      const tell = (post: Post): string => told(drawn, frame, board, post);
      const missed = replies.filter((post) => post.no > last).map(tell);
      return stream(c, site, followed, missed, async (event) => {
        if (event.kind === "removed" || event.kind === "thread-removed") return gone(event.no);
        try {
          return tell(await readPost({ store }, uri, event.no));
        } catch {
          // Hidden between the event and the look at it.
          return gone(event.no);
        }
      });
    } catch (error) {
      followed.end();
      throw error;
    }
  });
}

/** Who reads along, by neighbourhood. */
class Places {
  readonly #taken = new Map<string, number>();

  /** Takes a place and answers what gives it back; null where there is none. */
  take(who: string): (() => void) | null {
    const count = this.#taken.get(who) ?? 0;
    if (count >= NEIGHBOURS_MOST) return null;
    this.#taken.set(who, count + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#taken.get(who) ?? 1) - 1;
      if (left === 0) this.#taken.delete(who);
      else this.#taken.set(who, left);
    };
  }
}

/** A thread's events from now on, kept until somebody takes them. */
class Followed {
  readonly end: () => void;
  readonly #early: BoardEvent[] = [];
  #take: ((event: BoardEvent) => void) | null = null;
  #hasLost = false;
  #onLoss: () => void = () => {
    this.#hasLost = true;
  };

  constructor(events: Events, board: string, no: number, atEnd: () => void) {
    const listen = (event: BoardEvent): void => {
      if (this.#take === null) this.#early.push(event);
      else this.#take(event);
    };
    const leave = events.subscribe(board, no, listen, () => this.#onLoss());
    this.end = () => {
      leave();
      atEnd();
    };
  }

  take(listener: (event: BoardEvent) => void, onLoss: () => void): void {
    this.#take = listener;
    this.#onLoss = onLoss;
    for (const event of this.#early.splice(0)) listener(event);
    if (this.#hasLost) onLoss();
  }
}

function told(drawn: Drawn, frame: Frame, board: Board, post: Post): string {
  const key = `${frame.locale satisfies Locale} ${post.id} ${post.version}`;
  return drawn.get(key, () => {
    const html = drawPost({ frame, board, post }).text;
    return `id: ${post.no}\nevent: post\ndata: ${JSON.stringify({ no: post.no, html })}\n\n`;
  });
}

function gone(no: number): string {
  return `event: post\ndata: ${JSON.stringify({ no })}\n\n`;
}

function stream(
  c: WebContext,
  site: BoardSite,
  followed: Followed,
  missed: readonly string[],
  write: (event: BoardEvent) => Promise<string>,
): Response {
  const { clock } = site.threads;
  const encoder = new TextEncoder();
  let end = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let beat = clock.after(BEAT_MS, () => undefined);
        // One after the other, so that posts arrive in their order.
        let order = Promise.resolve();
        let isOver = false;
        const send = (text: string): void => {
          if (isOver) return;
          if ((controller.desiredSize ?? 0) < -WAITING_MOST) return finish();
          controller.enqueue(encoder.encode(text));
        };
        const keepUp = (): void => {
          if (isOver) return;
          beat.cancel();
          beat = clock.after(BEAT_MS, () => {
            send(": \n\n");
            keepUp();
          });
        };
        const inTurn = async (before: Promise<void>, event: BoardEvent): Promise<void> => {
          await before;
          send(await write(event));
        };
        const finish = (): void => {
          if (isOver) return;
          end();
          controller.close();
        };
        end = () => {
          isOver = true;
          beat.cancel();
          followed.end();
        };
        send(`retry: 3000\n\n${missed.join("")}`);
        keepUp();
        // Whoever may have missed something is let go: they come back and say what they had.
        followed.take((event) => {
          order = inTurn(order, event);
        }, finish);
      },
      cancel: () => end(),
    },
    { highWaterMark: 1 },
  );
  return c.body(body, 200, HEADERS);
}

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Some proxies hold answers back until they are whole.
  "x-accel-buffering": "no",
} as const;
