import { CLASS, TOKEN } from "#wire/h1/chars.ts";

/** What a field name means to HTTP/2 itself; everything else is `PLAIN`. */
export const PLAIN = 0;
export const METHOD = 1;
export const SCHEME = 2;
export const PATH = 3;
export const AUTHORITY = 4;
export const STATUS = 5;
export const PROTOCOL = 6;
/** A pseudo-header field that no RFC we know defines. */
export const PSEUDO_UNKNOWN = 7;
/** Kinds up to this one are pseudo-header fields. */
export const LAST_PSEUDO = 7;
export const HOST = 8;
export const CONTENT_LENGTH = 9;
/** Fields of one connection, which HTTP/2 forbids (RFC 9113, section 8.2.2). */
export const CONNECTION_SPECIFIC = 10;
export const TE = 11;
export const COOKIE = 12;
export const PRIORITY = 13;
export const EXPECT = 14;
export const DATE = 15;
/** Not a lower-case token: the message is malformed (RFC 9113, section 8.2.1). */
export const BAD_NAME = 16;

/** How the encoder treats values of a field (RFC 7541, section 6.2). */
export const INDEXED = 0;
/** Values that hardly ever repeat would only push others out of the table. */
export const LITERAL = 1;
/** Values that may be guessed byte by byte through their compressed size (RFC 7541, section 7.1.3). */
export const NEVER = 2;
/** Indexed only where the same value came twice in a row, on any connection. */
export const WHEN_REPEATED = 3;

export interface NameInfo {
  readonly lower: string;
  readonly kind: number;
  readonly policy: number;
  /** 1 to 255 where values of this name may stand in the encoder's table, else 0. */
  readonly id: number;
  /** First entry of the static table with this name, or 0. */
  staticIndex: number;
  /** Static entries with a value: value, index, value, index … */
  staticValues: (string | number)[] | null;
  /** For `WHEN_REPEATED`. */
  lastValue: string;
}

const KINDS: Record<string, number> = {
  ":method": METHOD,
  ":scheme": SCHEME,
  ":path": PATH,
  ":authority": AUTHORITY,
  ":status": STATUS,
  ":protocol": PROTOCOL,
  host: HOST,
  "content-length": CONTENT_LENGTH,
  connection: CONNECTION_SPECIFIC,
  "keep-alive": CONNECTION_SPECIFIC,
  "proxy-connection": CONNECTION_SPECIFIC,
  "transfer-encoding": CONNECTION_SPECIFIC,
  upgrade: CONNECTION_SPECIFIC,
  te: TE,
  cookie: COOKIE,
  priority: PRIORITY,
  expect: EXPECT,
  date: DATE,
};

const NEVER_INDEXED = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

const NOT_INDEXED = new Set([
  ":path",
  "age",
  "cf-ray",
  "content-disposition",
  "content-length",
  "content-range",
  "etag",
  "expires",
  "forwarded",
  "grpc-message",
  "if-modified-since",
  "if-none-match",
  "last-modified",
  "location",
  "range",
  "referer",
  "retry-after",
  "traceparent",
  "x-forwarded-for",
  "x-request-id",
]);

const ALWAYS_INDEXED = new Set([
  ":authority",
  ":method",
  ":scheme",
  ":status",
  "accept",
  "accept-encoding",
  "accept-language",
  "accept-ranges",
  "access-control-allow-origin",
  "alt-svc",
  "cache-control",
  "content-encoding",
  "content-language",
  "content-type",
  "date",
  "server",
  "strict-transport-security",
  "te",
  "user-agent",
  "vary",
  "via",
  "x-content-type-options",
]);

/** Names beyond this many are not remembered: strangers choose them. */
const REMEMBERED = 1024;
const known = new Map<string, NameInfo>();
let ids = 0;

/** What is known of a field name, given in any case. Remembered while there is room. */
export function nameInfo(raw: string): NameInfo {
  return known.get(raw) ?? learn(raw);
}

function learn(raw: string): NameInfo {
  const lower = raw.toLowerCase();
  let info = lower === raw ? undefined : known.get(lower);
  if (info === undefined) {
    info = describe(lower);
    if (known.size < REMEMBERED) known.set(lower, info);
  }
  if (lower !== raw && known.size < REMEMBERED) known.set(raw, info);
  return info;
}

function describe(lower: string): NameInfo {
  const policy = policyOf(lower);
  const mayIndex = (policy === INDEXED || policy === WHEN_REPEATED) && ids < 255;
  return {
    lower,
    kind: kindOf(lower),
    policy: mayIndex || policy === NEVER ? policy : LITERAL,
    id: mayIndex ? ++ids : 0,
    staticIndex: 0,
    staticValues: null,
    lastValue: "",
  };
}

function policyOf(lower: string): number {
  if (NEVER_INDEXED.has(lower)) return NEVER;
  if (NOT_INDEXED.has(lower)) return LITERAL;
  return ALWAYS_INDEXED.has(lower) ? INDEXED : WHEN_REPEATED;
}

function kindOf(lower: string): number {
  const kind = KINDS[lower];
  if (kind !== undefined && Object.hasOwn(KINDS, lower)) return kind;
  if (lower.charCodeAt(0) === 0x3a) return PSEUDO_UNKNOWN;
  return isToken(lower) ? PLAIN : BAD_NAME;
}

function isToken(lower: string): boolean {
  if (lower.length === 0) return false;
  for (let i = 0; i < lower.length; i++) {
    if (((CLASS[lower.charCodeAt(i)] ?? 0) & TOKEN) === 0) return false;
  }
  return true;
}
