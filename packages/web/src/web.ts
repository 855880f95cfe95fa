import { AppError } from "@egide/std/error.ts";
import { visitorBehind } from "@egide/std/forwarded.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import { canonicalIp } from "@egide/std/ip.ts";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import type { ErrorAnswers } from "#answer-error.ts";
import { answerError } from "#answer-error.ts";
import type { WebContext, WebEnv } from "#context.ts";
import { changesState, checkForgery, csrfToken } from "#csrf.ts";
import { tokenOf } from "#form.ts";
import type { Locale } from "#locale.ts";
import { localeOf } from "#locale.ts";
import type { ContentPolicy } from "#security-headers.ts";
import { securityHeaders } from "#security-headers.ts";
import type { Signer } from "#signed.ts";
import { visitorCookie, visitorOf } from "#visitor.ts";

/** How a product's site is served. */
export interface WebOptions extends ErrorAnswers {
  readonly signer: Signer;
  /** Addresses that the site is reached by, `https://board.example`; the first is its own. */
  readonly origins: readonly string[];
  /** Proxies whose X-Forwarded-For is believed: the edge in front. */
  readonly trusted: CidrSet;
  /** The site's own language. */
  readonly locale: Locale;
  readonly policy: ContentPolicy;
  /** Bytes of the largest request body. */
  readonly maxBody: number;
  /** Paths that take files, and so larger bodies: everywhere else a stranger's is read no further. */
  readonly uploads?: { readonly paths: RegExp; readonly maxBody: number };
  /** Paths whose requests prove by a signature of their own who sends them, exactly as written. */
  readonly signedPaths: readonly string[];
}

/** Cookies of browsers: who asks, and which language they chose. */
export const VISITOR_COOKIE = "visitor";
export const LOCALE_COOKIE = "locale";
const YEAR = 365 * 24 * 3600;

/**
 * A Hono application as every product of the house starts from: visitor, language, address, guarded
 * forms, limits and headers on every answer, and errors turned into pages or problem responses.
 */
export function createWeb(options: WebOptions): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.use(whoAsks(options));
  app.use(safeAnswer(options));
  app.use(limitBodies(options));
  app.use(ownForms(options));
  app.notFound((c) => answerError(c, nothingHere(), options));
  app.onError((thrown, c) => answerError(c, thrown, options));
  return app;
}

function whoAsks(options: WebOptions) {
  return createMiddleware<WebEnv>(async (c, next) => {
    const visitor = visitorOf(getCookie(c, VISITOR_COOKIE), options.signer);
    const chosen = getCookie(c, LOCALE_COOKIE);
    c.set("visitor", visitor);
    c.set("csrf", csrfToken(visitor, options.signer));
    c.set("address", addressOf(c, options.trusted));
    c.set("locale", localeOf(chosen, c.req.header("accept-language"), options.locale));
    await next();
  });
}

function safeAnswer(options: WebOptions) {
  const secure = options.origins.every((origin) => origin.startsWith("https:"));
  const headers = securityHeaders(options.policy);
  const cookie = { path: "/", httpOnly: true, secure, sameSite: "Lax", maxAge: YEAR } as const;
  return createMiddleware<WebEnv>(async (c, next) => {
    await next();
    for (const [name, value] of headers) {
      // An answer that is stricter about itself, such as a stranger's upload, stays so.
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    if (!c.res.headers.has("cache-control"))
      c.res.headers.set("cache-control", "private, no-cache");
    const visitor = c.get("visitor");
    // What a shared cache keeps must not carry one visitor's cookie to the next.
    if (!visitor.isNew || isShared(c.res.headers.get("cache-control"))) return;
    setCookie(c, VISITOR_COOKIE, visitorCookie(visitor, options.signer), cookie);
  });
}

function limitBodies({ maxBody, uploads }: WebOptions) {
  const forms = bodyLimit({ maxSize: maxBody, onError: tooLarge });
  if (uploads === undefined) return forms;
  const files = bodyLimit({ maxSize: uploads.maxBody, onError: tooLarge });
  return createMiddleware<WebEnv>((c, next) =>
    uploads.paths.test(c.req.path) ? files(c, next) : forms(c, next),
  );
}

function ownForms(options: WebOptions) {
  return createMiddleware<WebEnv>(async (c, next) => {
    if (changesState(c.req.method) && !options.signedPaths.includes(c.req.path)) {
      const facts = {
        method: c.req.method,
        site: c.req.header("sec-fetch-site"),
        origin: c.req.header("origin"),
        visitor: c.get("visitor"),
        token: await tokenOf(c),
      };
      checkForgery(facts, options.origins, options.signer);
    }
    await next();
  });
}

function addressOf(c: WebContext, trusted: CidrSet): string {
  const peer = canonicalIp(c.env.peer) ?? c.env.peer;
  if (!trusted.has(peer)) return peer;
  return visitorBehind(peer, c.req.header("x-forwarded-for"), trusted);
}

function isShared(cacheControl: string | null): boolean {
  return cacheControl !== null && /\bpublic\b|\bs-maxage\b/.test(cacheControl);
}

function tooLarge(): never {
  throw new AppError({
    code: "web.body_too_large",
    source: "client",
    retry: false,
    publicMessage: "The request body is too large.",
  });
}

function nothingHere(): AppError {
  return new AppError({
    code: "web.not_found",
    source: "client",
    retry: false,
    publicMessage: "There is nothing at this address.",
  });
}
