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

export interface StaffRequest {
  readonly c: WebContext;
  readonly actor: Actor;
  readonly frame: Frame;
}

type Draw = (request: StaffRequest) => Promise<JSX.Element>;
/** Does what a form asks for, and shows what is shown this once. */
type Show = (request: StaffRequest, form: FormData) => Promise<JSX.Element>;
/** Does what a form asks for; answers where to go then. */
type Do = (request: Omit<StaffRequest, "frame">, form: FormData) => Promise<string>;

/** Routes that only staff reach: everything else of theirs goes through these two. */
export class StaffRouter {
  readonly #app: Hono<WebEnv>;
  readonly #site: StaffSite;

  constructor(app: Hono<WebEnv>, site: StaffSite) {
    this.#app = app;
    this.#site = site;
  }

  page(path: string, draw: Draw): void {
    this.#app.get(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) return this.#signIn(c);
      const frame = { ...(await this.#site.frame(c)), isStaff: true };
      const drawn = await draw({ c, actor, frame });
      return c.html(toDocument(drawn), 200, { "cache-control": "private, no-store" });
    });
  }

  form(path: string, act: Do): void {
    this.#app.post(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) throw nobody();
      const to = await act({ c, actor }, await formOf(c));
      return c.redirect(to, 303);
    });
  }

  /** A page that answers a form, and is kept by no cache. */
  answer(path: string, show: Show): void {
    this.#app.post(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) throw nobody();
      const frame = { ...(await this.#site.frame(c)), isStaff: true };
      const drawn = await show({ c, actor, frame }, await formOf(c));
      return c.html(toDocument(drawn), 200, { "cache-control": "private, no-store" });
    });
  }

  /** What is shown to nobody but who asked for it, and kept by no cache. */
  download(
    path: string,
    make: (
      request: Omit<StaffRequest, "frame">,
      form: FormData,
    ) => Promise<{ readonly name: string; readonly json: string }>,
  ): void {
    this.#app.post(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) throw nobody();
      const { name, json } = await make({ c, actor }, await formOf(c));
      return c.body(json, 200, {
        "content-type": "application/json",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      });
    });
  }

  /**
   * What may be too large for memory: sent piece by piece, shown to nobody but who asked for it, and
   * let go where they do not read it. `done` is called when it is over.
   */
  stream(
    path: string,
    make: (
      request: Omit<StaffRequest, "frame">,
      form: FormData,
    ) => Promise<{
      readonly name: string;
      readonly pieces: AsyncIterable<Uint8Array>;
      readonly done: () => void;
    }>,
  ): void {
    this.#app.post(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) throw nobody();
      const { name, pieces, done } = await make({ c, actor }, await formOf(c));
      return c.body(bodyOf(pieces, this.#site.deps.clock, done), 200, {
        "content-type": "application/x-tar",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      });
    });
  }

  /** Figures and records of the site, as a file. */
  report(
    path: string,
    make: (
      request: Omit<StaffRequest, "frame">,
    ) => Promise<{ readonly name: string; readonly type: string; readonly text: string }>,
  ): void {
    this.#app.get(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) return this.#signIn(c);
      const { name, type, text } = await make({ c, actor });
      return c.body(text, 200, {
        "content-type": type,
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      });
    });
  }

  /** A stranger's file: it may do nothing in the browser of who looks at it. */
  file(
    path: string,
    find: (
      request: Omit<StaffRequest, "frame">,
    ) => Promise<{ readonly body: Blob | Uint8Array; readonly type: string }>,
  ): void {
    this.#app.get(path, async (c) => {
      const actor = await this.#site.actor(c);
      if (actor === null) return this.#signIn(c);
      const { body, type } = await find({ c, actor });
      const bytes = body instanceof Blob ? await body.bytes() : body;
      return c.body(new Uint8Array(bytes), 200, {
        "content-type": type,
        "content-security-policy": "default-src 'none'; sandbox",
        "x-content-type-options": "nosniff",
        // What a reader of documents would run stays outside of the browser.
        "content-disposition": type.startsWith("application/") ? "attachment" : "inline",
        "cache-control": "private, no-store",
      });
    });
  }

  #signIn(c: WebContext): Response {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(
      `${this.#site.signInPath}?next=${encodeURIComponent(pathname + search)}`,
      303,
    );
  }
}

function nobody(): AppError {
  return new AppError({
    code: "board.not_allowed",
    source: "client",
    retry: false,
    publicMessage: "Sign in with an account of the staff.",
  });
}
