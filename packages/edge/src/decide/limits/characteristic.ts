import type { Characteristic } from "@egide/contract/policy/rate-limit.ts";
import { spell } from "@egide/expr/function/spell.ts";
import type { Missable } from "@egide/expr/value.ts";
import type { KeyHash } from "@egide/limit/key.ts";
import { addressWords } from "#decide/limits/address.ts";
import { clearanceOf, type Facts } from "#facts.ts";
import { type RequestView, viewOf } from "#fields/view.ts";
import { cookieOf } from "#wire/cookie.ts";
import { joinHeader } from "#wire/headers.ts";

/** Adds what tells one visitor from another to the key of a counter. */
export type KeyPart = (hash: KeyHash, facts: Facts<unknown>) => void;

/**
 * A characteristic made ready. What a request does not have counts as empty: all requests without
 * that cookie, say, share one counter. Those that need no view of the request allocate nothing.
 */
export function keyPart(
  one: Characteristic,
  compile: (text: string) => (view: RequestView) => Missable,
): KeyPart {
  if (typeof one !== "string") {
    if ("ip" in one) {
      const { v4, v6 } = one.ip;
      return (hash, { client }) => addressWords(client, v4, v6, hash);
    }
    if ("header" in one) {
      const name = one.header.toLowerCase();
      return (hash, { exchange }) => hash.text(joinHeader(exchange.head.headers, name) ?? "");
    }
    if ("cookie" in one) {
      const { cookie } = one;
      return (hash, { exchange }) => hash.text(cookieOf(exchange.head.headers, cookie));
    }
    if ("query" in one) {
      const { query } = one;
      return (hash, facts) => hash.text(viewOf(facts).raw.args.map.get(query)?.[0] ?? "");
    }
    const evaluate = compile(one.expression);
    return (hash, facts) => {
      const value = evaluate(viewOf(facts));
      hash.text(value === undefined ? "" : spell(value));
    };
  }
  switch (one) {
    case "ip":
      return (hash, { client }) => addressWords(client, 32, 64, hash);
    case "ja4":
      return (hash, { exchange }) => hash.text(exchange.client.tls?.ja4 ?? "");
    case "session":
      return (hash, facts) => hash.text(clearanceOf(facts)?.session ?? "");
    case "host":
      return (hash, { host }) => hash.text(host);
    case "path":
      return (hash, { target }) => {
        const mark = target.indexOf("?");
        hash.text(mark < 0 ? target : target.slice(0, mark));
      };
    case "method":
      return (hash, { exchange }) => hash.text(exchange.head.method);
    case "country":
      return (hash, { country }) => hash.text(country);
    case "asn":
      return (hash, { asnum }) => hash.word(asnum);
  }
}
