import { createHmac, timingSafeEqual } from "node:crypto";
import type { RefusalKind } from "@egide/contract/receipt.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { REQUEST_ID } from "@egide/contract/appeal.ts";
import type { Facts } from "#facts.ts";
import type { Receipt } from "#respond/page/notice.ts";
import type { Verdict } from "#verdict.ts";
import { putLatin1 } from "#wire/latin1.ts";

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

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Two characters of base64url for each 12 bits, the first in the low byte. */
const PAIRS = Uint16Array.from(
  { length: 4096 },
  (_, i) => ALPHABET.charCodeAt(i >> 6) | (ALPHABET.charCodeAt(i & 63) << 8),
);
const TILDE = 0x7e;
/** Characters of a hash. */
const HASH_LENGTH = 12;

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

  /** Null for what nobody's rule decided. */
  of(facts: Facing, verdict: Verdict): Reference | null {
    if (verdict.kind !== "deny") return null;
    const kind = KINDS.get(verdict.code);
    if (kind === undefined) return null;
    const { code, rule = idOf(kind, facts) } = verdict;
    const second = Math.floor(facts.time / 1000);
    const { hash, start } = this.#stamp(facts.zoneId, code, rule, second);
    return new Reference(start, facts.requestId, facts.client, hash);
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
const scratch = Buffer.alloc(HASH_LENGTH);

/** What stands on the page of one refusal. */
class Reference implements Receipt {
  readonly length: number;
  readonly #start: string;
  readonly #request: string;
  readonly #visitorLo: number;
  readonly #visitorHi: number;
  readonly #sealLo: number;
  readonly #sealHi: number;

  constructor(start: string, request: string, address: string, hash: KeyHash) {
    this.length = start.length + request.length + 2 * (HASH_LENGTH + 1);
    this.#start = start;
    this.#request = request;
    hash.begin().word(VISITOR).text(address).finish();
    this.#visitorLo = hash.lo;
    this.#visitorHi = hash.hi;
    // As `sealed` takes it in: a text of twelve characters.
    putHash(scratch, hash.lo, hash.hi, 0);
    hash.begin().word(SEAL).text(request).word(HASH_LENGTH);
    for (let i = 0; i < HASH_LENGTH; i += 4) hash.word(wordAt(scratch, i));
    hash.finish();
    this.#sealLo = hash.lo;
    this.#sealHi = hash.hi;
  }

  put(into: Buffer, from: number): void {
    const at = putLatin1(into, this.#request, putLatin1(into, this.#start, from));
    into[at] = TILDE;
    putHash(into, this.#visitorLo, this.#visitorHi, at + 1);
    into[at + 1 + HASH_LENGTH] = TILDE;
    putHash(into, this.#sealLo, this.#sealHi, at + 2 + HASH_LENGTH);
  }

  toString(): string {
    const bytes = Buffer.alloc(this.length);
    this.put(bytes, 0);
    return bytes.toString("latin1");
  }
}

function hashed(hash: KeyHash, address: string): string {
  hash.begin().word(VISITOR).text(address).finish();
  return textOf(hash);
}

function sealed(hash: KeyHash, request: string, visitor: string): string {
  hash.begin().word(SEAL).text(request).text(visitor).finish();
  return textOf(hash);
}

function textOf({ lo, hi }: KeyHash): string {
  putHash(scratch, lo, hi, 0);
  return scratch.toString("latin1");
}

/** 64 bits in twelve characters. */
function putHash(into: Buffer, lo: number, hi: number, at: number): void {
  putPair(into, lo >>> 20, at);
  putPair(into, lo >>> 8, at + 2);
  putPair(into, ((lo & 0xff) << 4) | (hi & 0xf), at + 4);
  putPair(into, hi >>> 20, at + 6);
  putPair(into, hi >>> 8, at + 8);
  putPair(into, hi >>> 4, at + 10);
}

function wordAt(bytes: Buffer, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function putPair(into: Buffer, bits: number, at: number): void {
  const pair = PAIRS[bits & 0xfff] as number;
  into[at] = pair & 0xff;
  into[at + 1] = pair >>> 8;
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
