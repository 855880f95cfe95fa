import { createHmac, timingSafeEqual } from "node:crypto";
import type { RefusalKind } from "@egide/contract/receipt.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { REQUEST_ID } from "@egide/contract/appeal.ts";
import type { Facts } from "#facts.ts";
import type { Verdict } from "#verdict.ts";

/** What refused a visitor, as a reference that the visitor brings back tells it. */
export interface Refused {
  readonly kind: RefusalKind;
  readonly code: string;
  /** Id of the rule; "" where the kind says it all. */
  readonly rule: string;
  readonly request: string;
  /** Seconds since the epoch. */
  readonly time: number;
  /** Hash of the address, under a key of that second: see `met`. */
  readonly visitor: string;
}

type Facing = Pick<Facts<unknown>, "requestId" | "time" | "zoneId" | "client" | "rules" | "bot">;

/** Refusals that somebody's rule decided, and no protocol: these alone can be contested. */
const KINDS: ReadonlyMap<string, RefusalKind> = new Map([
  ["rule.block", "rule"],
  ["limit.passed", "limit"],
  ["bot.blocked", "bot"],
  ["bot.limited", "bot"],
  ["mitigate.throttle", "mitigation"],
  ["mitigate.block", "mitigation"],
  ["waf.blocked", "waf"],
  ["ban.address", "ban"],
]);

const VERSION = "1";
/** Longer than any reference, shorter than what would be worth splitting. */
const LONGEST = 256;
/** Rules that refuse in one second and whose keys are kept: beyond, they are worked out again. */
const MOST = 256;

/** Two characters of base64url for each 12 bits. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PAIRS = Array.from(
  { length: 4096 },
  (_, i) => (ALPHABET[i >> 6] as string) + (ALPHABET[i & 63] as string),
);

/** What all refusals of one second by one rule have in common. */
interface Stamp {
  readonly zone: string;
  readonly code: string;
  readonly rule: string;
  readonly second: number;
  /** The reference as far as the request's id. */
  readonly start: string;
  readonly hash: KeyHash;
}

/**
 * The short receipt on a block page: what was decided, in plain sight and sealed by the installation,
 * so that nothing has to be remembered of a refusal. The receipt that others can check is signed when
 * the visitor asks for it.
 *
 * It is made for every refusal of an attack, so it must cost next to nothing: HalfSipHash-2-4 under a
 * key that HMAC-SHA-256 (RFC 2104) derives for one second of one rule of one zone. Whoever went
 * through all 2^64 of them could forge refusals of that second.
 */
export class References {
  readonly #key: Uint8Array;
  #second = -1;
  readonly #stamps = new Map<string, Stamp>();
  #last: Stamp | null = null;

  /** `secret`: 32 bytes, the same on every node of an installation. */
  constructor(secret: Uint8Array) {
    this.#key = createHmac("sha256", secret).update("egide receipts v1").digest();
  }

  /** "" for what nobody's rule decided. */
  of(facts: Facing, verdict: Verdict): string {
    if (verdict.kind !== "deny") return "";
    const kind = KINDS.get(verdict.code);
    if (kind === undefined) return "";
    const { code, rule = idOf(kind, facts) } = verdict;
    const second = Math.floor(facts.time / 1000);
    const { hash, start } = this.#stamp(facts.zoneId, code, rule, second);
    const { requestId } = facts;
    const visitor = hashed(hash, facts.client);
    return `${start}${requestId}~${visitor}~${sealed(hash, requestId, visitor)}`;
  }

  /** Null: none of ours, or of another zone. */
  read(zone: string, reference: string): Refused | null {
    if (reference.length > LONGEST) return null;
    const parts = reference.split("~");
    const [version, time = "", code = "", rule = "", request = "", visitor = "", seal = ""] = parts;
    const kind = KINDS.get(code);
    const second = Number.parseInt(time, 36);
    if (version !== VERSION || parts.length !== 7 || kind === undefined) return null;
    if (!REQUEST_ID.test(request) || second.toString(36) !== time) return null;
    // All but the request and the visitor has gone into the key.
    const { hash } = this.#stampOf(zone, code, rule, second);
    if (!same(sealed(hash, request, visitor), seal)) return null;
    return { kind, code, rule, request, time: second, visitor };
  }

  /** True where that address was refused. */
  met(zone: string, { code, rule, time, visitor }: Refused, address: string): boolean {
    return same(hashed(this.#stampOf(zone, code, rule, time).hash, address), visitor);
  }

  #stamp(zone: string, code: string, rule: string, second: number): Stamp {
    const last = this.#last;
    if (
      last !== null &&
      last.second === second &&
      last.rule === rule &&
      last.code === code &&
      last.zone === zone
    ) {
      return last;
    }
    if (second !== this.#second || this.#stamps.size >= MOST) this.#stamps.clear();
    this.#second = second;
    const name = `${zone}\n${code}\n${rule}`;
    let stamp = this.#stamps.get(name);
    if (stamp === undefined) {
      stamp = this.#stampOf(zone, code, rule, second);
      this.#stamps.set(name, stamp);
    }
    this.#last = stamp;
    return stamp;
  }

  #stampOf(zone: string, code: string, rule: string, second: number): Stamp {
    const start = `${VERSION}~${second.toString(36)}~${code}~${rule}~`;
    const secret = createHmac("sha256", this.#key).update(`${zone}\n${start}`).digest();
    const hash = new KeyHash(new Uint8Array(secret.subarray(0, 8)));
    return { zone, code, rule, second, start, hash };
  }
}

/* The two uses of one key are told apart by their first word. */
const VISITOR = 1;
const SEAL = 2;

function hashed(hash: KeyHash, address: string): string {
  hash.begin().word(VISITOR).text(address).finish();
  return textOf(hash);
}

function sealed(hash: KeyHash, request: string, visitor: string): string {
  hash.begin().word(SEAL).text(request).text(visitor).finish();
  return textOf(hash);
}

/** 64 bits in twelve characters. */
function textOf({ lo, hi }: KeyHash): string {
  const middle = ((lo & 0xff) << 4) | (hi & 0xf);
  return (
    pair(lo >>> 20) +
    pair(lo >>> 8) +
    pair(middle) +
    pair(hi >>> 20) +
    pair(hi >>> 8) +
    pair(hi >>> 4)
  );
}

function pair(bits: number): string {
  return PAIRS[bits & 0xfff] as string;
}

function idOf(kind: RefusalKind, { rules, bot }: Facing): string {
  switch (kind) {
    case "rule":
    case "limit":
      return rules?.at(-1) ?? "";
    case "bot":
      return bot?.category ?? "";
    case "mitigation":
    case "waf":
    case "ban":
      return "";
  }
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.alloc(a.length, b));
}
