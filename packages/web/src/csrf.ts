import { AppError } from "@egide/std/error.ts";
import type { Signer } from "#signed.ts";
import type { Visitor } from "#visitor.ts";

/** The name of the token in a form, and of the header that scripts send it in. */
export const CSRF_FIELD = "_csrf";
export const CSRF_HEADER = "x-csrf-token";

const PURPOSE = "csrf";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** The token of a visitor: worth nothing to another one, and nothing in a browser without the cookie. */
export function csrfToken(visitor: Visitor, signer: Signer): string {
  return signer.of(PURPOSE, visitor.id);
}

/** What a request that changes something says of where it comes from. */
export interface ForgeryFacts {
  readonly method: string;
  /** Sec-Fetch-Site (Fetch Metadata), Origin (RFC 6454, section 7). */
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly visitor: Visitor;
  /** The token that came with the request, null where none did. */
  readonly token: string | null;
}

export function changesState(method: string): boolean {
  return !SAFE.has(method);
}

/**
 * Refuses a request that another site makes a visitor's browser send. What the browser says of the
 * request's origin is believed first (Fetch Metadata, then Origin); a token must be this visitor's
 * wherever one came. Without a token a browser has to say that the request is the site's own: a
 * page from a shared cache can't carry a token of each visitor's. `origins` are the addresses that
 * the site is reached by.
 */
export function checkForgery(
  facts: ForgeryFacts,
  origins: readonly string[],
  signer: Signer,
): void {
  if (!changesState(facts.method)) return;
  if (facts.site !== undefined && facts.site !== "same-origin" && facts.site !== "none") {
    throw refusal("csrf.cross_site", "The request comes from another site.");
  }
  const isOwn = facts.origin !== undefined && origins.includes(facts.origin);
  // Browsers say «null» for our own forms too where a policy forbids the referrer.
  if (facts.origin !== undefined && facts.origin !== "null" && !isOwn) {
    throw refusal("csrf.cross_site", "The request comes from another site.");
  }
  if (facts.token === null) {
    if (isOwn || facts.site === "same-origin") return;
    throw refusal("csrf.no_token", "The form is incomplete, or its cookie is missing.");
  }
  if (facts.visitor.isNew || !signer.verify(PURPOSE, facts.visitor.id, facts.token)) {
    throw refusal("csrf.token", "The form has expired.");
  }
}

function refusal(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
