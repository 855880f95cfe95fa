import { AppError } from "@egide/std/error.ts";
import type { WebContext, WebEnv } from "@egide/web/context.ts";
import { formOf } from "@egide/web/form.ts";
import type { Hono } from "hono";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Actor } from "#moderation/service/deps.ts";
import type { Frame } from "#page/frame.ts";
import { toDocument } from "#page/layout.tsx";
import type { StaffSite } from "#page/staff/site.ts";
import { bodyOf } from "#page/staff/unread.ts";

/** Who asks for what. */
interface Asked {
  readonly c: WebContext;
  readonly actor: Actor;
}

export interface StaffRequest extends Asked {
  readonly frame: Frame;
}

type Draw = (request: StaffRequest) => Promise<JSX.Element>;
/** Does what a form asks for, and shows what is shown this once. */
type Show = (request: StaffRequest, form: FormData) => Promise<JSX.Element>;
/** Does what a form asks for; answers where to go then. */
type Do = (request: Asked, form: FormData) => Promise<string>;

/** What a browser keeps as a file rather than to show it. */
interface Attached {
  readonly name: string;
  readonly type: string;
  readonly body: string | ReadableStream<Uint8Array>;
}

/** What may be too large for memory; `done` is called when it is over. */
interface Pieces {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly done: () => void;
}

/** Whatever staff are shown is kept by no cache. */
const OWN = { "cache-control": "private, no-store" } as const;

/** Routes that only staff reach: everything else of theirs goes through these. */
export class StaffRouter {
  readonly #app: Hono<WebEnv>;
  readonly #site: StaffSite;

  constructor(app: Hono<WebEnv>, site: StaffSite) {
    this.#app = app;
    this.#site = site;
  }

  page(path: string, draw: Draw): void {
    this.#get(path, async (asked) => drawn(asked.c, await draw(await this.#framed(asked))));
  }

  /** What it asks for is done once, and the page that comes next says so. */
  form(path: string, act: Do): void {
    this.#post(path, async (asked, form) => {
      const to = await act(asked, form);
      return asked.c.redirect(`${to}${to.includes("?") ? "&" : "?"}done`, 303);
    });
  }

  /** What it asks for is only begun: the page that comes next says how it stands. */
  start(path: string, begin: Do): void {
    this.#post(path, async (asked, form) => asked.c.redirect(await begin(asked, form), 303));
  }

  /** A page that answers a form. */
  answer(path: string, show: Show): void {
    this.#post(path, async (asked, form) =>
      drawn(asked.c, await show(await this.#framed(asked), form)),
    );
  }

  /** Made by a form, as JSON. */
  download(
    path: string,
    make: (
      asked: Asked,
      form: FormData,
    ) => Promise<{ readonly name: string; readonly json: string }>,
  ): void {
    this.#post(path, async (asked, form) => {
      const { name, json } = await make(asked, form);
      return attached(asked.c, { name, type: "application/json", body: json });
    });
  }

  /** Sent piece by piece, and let go where whoever asked does not read it. */
  stream(path: string, make: (asked: Asked, form: FormData) => Promise<Pieces>): void {
    this.#post(path, async (asked, form) => {
      const { name, pieces, done } = await make(asked, form);
      const body = bodyOf(pieces, this.#site.deps.clock, done);
      return attached(asked.c, { name, type: "application/x-tar", body });
    });
  }

  /** Figures and records of the site, as a file. */
  report(path: string, make: (asked: Asked) => Promise<Attached>): void {
    this.#get(path, async (asked) => attached(asked.c, await make(asked)));
  }

  /** A stranger's file: it may do nothing in the browser of who looks at it. */
  file(
    path: string,
    find: (asked: Asked) => Promise<{ readonly body: Blob | Uint8Array; readonly type: string }>,
  ): void {
    this.#get(path, async (asked) => {
      const { body, type } = await find(asked);
      const bytes = body instanceof Blob ? await body.bytes() : body;
      return asked.c.body(new Uint8Array(bytes), 200, {
        ...OWN,
        "content-type": type,
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        // What a reader of documents would run stays outside of the browser.
        "content-disposition": type.startsWith("application/") ? "attachment" : "inline",
      });
    });
  }

  /** Who is not signed in is led to where they can; who is, without a role, is told. */
  #get(path: string, answer: (asked: Asked) => Promise<Response>): void {
    this.#app.get(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor !== null) return answer({ c, actor });
      if (await this.#site.isSignedIn(c)) throw refused("board.no_role");
      const { pathname, search } = new URL(c.req.url);
      const next = encodeURIComponent(pathname + search);
      return c.redirect(`${this.#site.signInPath}?next=${next}`, 303);
    });
  }

  #post(path: string, answer: (asked: Asked, form: FormData) => Promise<Response>): void {
    this.#app.post(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) throw refused("board.not_allowed");
      return answer({ c, actor }, await formOf(c));
    });
  }

  async #framed(asked: Asked): Promise<StaffRequest> {
    return { ...asked, frame: { ...(await this.#site.frame(asked.c)), isStaff: true } };
  }
}

async function drawn(c: WebContext, page: JSX.Element): Promise<Response> {
  return c.html(toDocument(page), 200, OWN);
}

function attached(c: WebContext, { name, type, body }: Attached): Response {
  return c.body(body, 200, {
    ...OWN,
    "content-type": type,
    "content-disposition": `attachment; filename="${name}"`,
  });
}

function refused(code: "board.no_role" | "board.not_allowed"): AppError {
  return new AppError({
    code,
    source: "client",
    retry: false,
    publicMessage: "Sign in with an account of the staff.",
  });
}
