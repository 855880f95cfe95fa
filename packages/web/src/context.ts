import type { AppError } from "@egide/std/error.ts";
import type { Context } from "hono";
import type { Locale } from "#locale.ts";
import type { Visitor } from "#visitor.ts";

/** What every handler finds in its context. */
export interface WebVariables {
  /** The language of the answer. */
  readonly locale: Locale;
  /** Who asks, without a name: the same browser has the same id. */
  readonly visitor: Visitor;
  /** The canonical address of who asks, behind the proxies that are trusted. */
  readonly address: string;
  /** The token that a form of this visitor carries in its field `_csrf`. */
  readonly csrf: string;
}

/** What the server hands to `fetch` beside the request. */
export interface WebBindings {
  /** Address of the peer that holds the connection. */
  readonly peer: string;
}

export interface WebEnv {
  Bindings: WebBindings;
  Variables: WebVariables;
}

export type WebContext = Context<WebEnv>;

/** Draws an error for people; `status` and the localised `detail` are decided already. */
export type ErrorPage = (
  c: WebContext,
  error: AppError,
  status: number,
  detail: string,
) => Response | Promise<Response>;
