import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Where an interstitial's button posts to. The pipeline answers it before it asks any zone's rule. */
export const PASS_PATH = "/.well-known/egide/pass";

const LINK_SECONDS = 900;
const PASS_SECONDS = 86_400;

/** What a visitor who pressed the button gets. */
export interface Granted {
  readonly location: string;
  readonly setCookie: string;
}

/**
 * Remembers, in the visitor's own browser, that a warning was read. The link in the page is bound to
 * the visitor's address and to a quarter of an hour, so that nobody can hand it to somebody else;
 * the cookie is bound to the zone and the order, and to no person: addresses of phones change.
 */
export class Passes {
  readonly #key: Uint8Array;

  /** `key`: 32 random bytes, the same on every node of an installation. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** What the form posts to. `target` is the path and query that the visitor asked for. */
  link(zone: string, order: string, client: string, target: string, now: number): string {
    const until = Math.floor(now / 1000) + LINK_SECONDS;
    const to = safeTarget(target);
    const proof = this.#proof(["link", zone, order, client, to, String(until)]);
    return `${PASS_PATH}?order=${order}&until=${until}&proof=${proof}&to=${encodeURIComponent(to)}`;
  }

  /**
   * Takes a POST to `target`. Null: not a link of ours, too old, or somebody else's; the visitor is
   * then sent to the start page, where the warning is shown again.
   */
  redeem(
    zone: string,
    client: string,
    target: string,
    secure: boolean,
    now: number,
  ): Granted | null {
    const query = target.indexOf("?");
    if (query < 0) return null;
    const fields = new URLSearchParams(target.slice(query + 1));
    const order = fields.get("order") ?? "";
    const until = fields.get("until") ?? "";
    const to = fields.get("to") ?? "";
    if (!/^[a-z0-9-]{1,64}$/.test(order) || !/^\d{1,12}$/.test(until)) return null;
    if (Number(until) < now / 1000 || to !== safeTarget(to)) return null;
    const proof = this.#proof(["link", zone, order, client, to, until]);
    if (!same(proof, fields.get("proof") ?? "")) return null;
    const expires = Math.floor(now / 1000) + PASS_SECONDS;
    const value = `${expires}.${this.#proof(["pass", zone, order, String(expires)])}`;
    const attributes = `Path=/; Max-Age=${PASS_SECONDS}; HttpOnly; SameSite=Lax`;
    return {
      location: to,
      setCookie: `${cookieName(order, secure)}=${value}; ${attributes}${secure ? "; Secure" : ""}`,
    };
  }

  /** True where the Cookie field holds a pass for this order that is still good. */
  holds(
    cookies: string | undefined,
    zone: string,
    order: string,
    secure: boolean,
    now: number,
  ): boolean {
    if (cookies === undefined) return false;
    const value = cookieValue(cookies, cookieName(order, secure));
    const dot = value.indexOf(".");
    if (dot < 1 || dot > 12) return false;
    const expires = value.slice(0, dot);
    if (!/^\d+$/.test(expires) || Number(expires) < now / 1000) return false;
    return same(this.#proof(["pass", zone, order, expires]), value.slice(dot + 1));
  }

  #proof(parts: readonly string[]): string {
    const mac = createHmac("sha256", this.#key);
    for (const part of parts) mac.update(`${Buffer.byteLength(part)}:${part},`);
    return mac.digest("base64url").slice(0, 32);
  }
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.alloc(a.length, b));
}

/** `__Host-` keeps neighbours under the same parent domain from planting it (RFC 6265bis). */
function cookieName(order: string, secure: boolean): string {
  const tag = createHash("sha256").update(order).digest("hex").slice(0, 12);
  return secure ? `__Host-egide-pass-${tag}` : `egide-pass-${tag}`;
}

function cookieValue(cookies: string, name: string): string {
  for (const pair of cookies.split(";", 256)) {
    const trimmed = pair.trim();
    if (trimmed.startsWith(name) && trimmed.charAt(name.length) === "=") {
      return trimmed.slice(name.length + 1);
    }
  }
  return "";
}

/** A path of this very site: never `//host`, never `/\host`, no control bytes; else the start page. */
export function safeTarget(target: string): string {
  return /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(target) && target.length <= 2048 ? target : "/";
}
