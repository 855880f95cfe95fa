import { createHmac, timingSafeEqual } from "node:crypto";
import type { Facts } from "#facts.ts";
import { cookieOf } from "#wire/cookie.ts";
import type { Verdict } from "#verdict.ts";

/** `__Host-` keeps neighbours under the same parent domain from planting it (RFC 6265bis). */
const SECURE_COOKIE = "__Host-egide-probe";
const PLAIN_COOKIE = "egide-probe";
const SECONDS = 600;

/**
 * The mildest of measures: the visitor is sent to the same place once more, with a cookie. Every
 * browser follows and brings the cookie along, and nobody sees it; a tool that sends requests without
 * reading answers does not. The cookie is bound to the zone and the address, and lasts ten minutes.
 */
export class Probe {
  readonly #key: Uint8Array;

  /** `key`: 32 random bytes, the same on every node of an installation. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** True where the visitor brings the cookie along. */
  isPassed({ exchange, client, zoneId, time }: Facts<unknown>): boolean {
    const { headers, scheme } = exchange.head;
    const value = cookieOf(headers, scheme === "https" ? SECURE_COOKIE : PLAIN_COOKIE);
    const dot = value.indexOf(".");
    if (dot < 1 || dot > 10) return false;
    const until = value.slice(0, dot);
    if (!/^\d+$/.test(until) || Number(until) < time / 1000) return false;
    const proof = Buffer.from(this.#proof(zoneId, client, until));
    const given = Buffer.from(value.slice(dot + 1));
    return given.length === proof.length && timingSafeEqual(given, proof);
  }

  /** Sends the visitor round, for `rule`. */
  verdict({ exchange, client, zoneId, target, time }: Facts<unknown>, rule: string): Verdict {
    const isSecure = exchange.head.scheme === "https";
    const until = String(Math.floor(time / 1000) + SECONDS);
    const name = isSecure ? SECURE_COOKIE : PLAIN_COOKIE;
    const value = `${until}.${this.#proof(zoneId, client, until)}`;
    const attributes = `Path=/; Max-Age=${SECONDS}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
    return {
      kind: "redirect",
      // Method and body stay as they are (RFC 9110, section 15.4.8).
      status: 307,
      // A path that begins with two slashes would name another host.
      location: target.startsWith("//") ? `/.${target}` : target,
      code: "mitigate.probe",
      rule,
      headers: ["Set-Cookie", `${name}=${value}; ${attributes}`],
    };
  }

  #proof(zone: string, client: string, until: string): string {
    const mac = createHmac("sha256", this.#key);
    return mac.update(`probe\n${zone}\n${client}\n${until}`).digest("base64url").slice(0, 22);
  }
}
