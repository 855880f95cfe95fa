import { createHmac } from "node:crypto";

/** Settings of the sticky cookie, see the zone's `balance.sticky`. */
export interface StickyOptions {
  readonly cookie: string;
  readonly maxAgeSeconds: number;
  /** Secret of the zone; all its edges share it. */
  readonly secret: string;
  /** Names the zone, so that one zone's cookie says nothing in another. */
  readonly zone: string;
}

/**
 * Keeps a visitor with an origin by a signed cookie. Its value is a MAC over the zone's and the
 * origin's names: it tells a stranger nothing about what stands behind the edge, and can't be made
 * up. There are only as many good values as origins, so checking one is a look into a table.
 */
export class Sticky {
  readonly #prefix: string;
  readonly #attributes: string;
  readonly #values: string[];
  readonly #indexes = new Map<string, number>();

  constructor(options: StickyOptions, originNames: readonly string[]) {
    this.#prefix = `${options.cookie}=`;
    const age = options.maxAgeSeconds === 0 ? "" : `; Max-Age=${options.maxAgeSeconds}`;
    this.#attributes = `; Path=/; HttpOnly; SameSite=Lax${age}`;
    this.#values = originNames.map((name) =>
      createHmac("sha256", options.secret)
        .update(`egide sticky\n${options.zone}\n${name}`)
        .digest("base64url")
        .slice(0, 22),
    );
    this.#values.forEach((value, index) => this.#indexes.set(value, index));
  }

  /** Origin that a Cookie field's value names, or -1. The first cookie of the name counts. */
  read(cookies: string): number {
    for (let at = 0; at < cookies.length; ) {
      let end = cookies.indexOf(";", at);
      if (end < 0) end = cookies.length;
      while (cookies.charCodeAt(at) === 0x20) at++;
      if (cookies.startsWith(this.#prefix, at)) {
        const value = cookies.slice(at + this.#prefix.length, end).trim();
        return this.#indexes.get(value) ?? -1;
      }
      at = end + 1;
    }
    return -1;
  }

  /** Value of the Set-Cookie field that keeps a visitor with `origin`. */
  setCookie(origin: number, scheme: "http" | "https"): string {
    const secure = scheme === "https" ? "; Secure" : "";
    return `${this.#prefix}${this.#values[origin] as string}${this.#attributes}${secure}`;
  }
}
