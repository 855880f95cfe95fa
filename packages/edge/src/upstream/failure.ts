import { AppError } from "@egide/std/error.ts";
import type { BodyFault } from "#wire/h1/body.ts";
import type { HeadFault } from "#wire/h1/fields.ts";
import type { FramingFault } from "#wire/h1/framing.ts";

interface Kind {
  readonly status: 502 | 503 | 504;
  /** The same request, sent again unchanged, may succeed. */
  readonly retry: boolean;
  readonly publicMessage: string;
}

const unreachable: Kind = {
  status: 502,
  retry: true,
  publicMessage: "The site's server could not be reached.",
};
const slow: Kind = {
  status: 504,
  retry: true,
  publicMessage: "The site's server took too long to answer.",
};
const busy: Kind = {
  status: 503,
  retry: true,
  publicMessage: "The site is busy. Please try again in a moment.",
};
const broken: Kind = {
  status: 502,
  retry: false,
  publicMessage: "The site's server gave an answer that can't be used.",
};

/** Every failure of an origin that has a name of its own. Faults of HTTP/1 stand under `origin.http1.`. */
const kinds = {
  "origin.dns_failed": unreachable,
  "origin.connect_failed": unreachable,
  "origin.connect_timeout": { ...unreachable, status: 504 },
  "origin.tls_failed": { ...unreachable, retry: false },
  "origin.h2_refused": { ...unreachable, retry: false },
  /** The connection ended before the head of an answer. */
  "origin.closed_early": unreachable,
  "origin.first_byte_timeout": slow,
  "origin.idle_timeout": slow,
  /** The body of the answer ended before its declared end. */
  "origin.body_cut_short": { ...broken, retry: true },
  "origin.too_many_informational": broken,
  /** 101 that nobody asked for, or to a protocol that nobody offered. */
  "origin.unexpected_switch": broken,
  /** The visitor's body did not have the length that was announced for it. */
  "origin.request_body_length": { ...broken, retry: true },
  "origin.queue_full": busy,
  "origin.queue_timeout": busy,
  /** No origin is up, or the breaker of the only one is open. */
  "origin.unavailable": {
    ...busy,
    publicMessage: "The site's server is not available at the moment.",
  },
} satisfies Record<string, Kind>;

export type OriginCode = keyof typeof kinds;

export function originError(code: OriginCode, cause?: unknown, retryAfter?: number): AppError {
  const { retry, publicMessage } = kinds[code];
  return new AppError({
    code,
    source: "origin",
    retry,
    publicMessage,
    ...(cause === undefined ? {} : { cause }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

/** An answer that breaks HTTP/1's syntax or framing rules: never repaired, never passed on. */
export function http1Error(fault: HeadFault | FramingFault | BodyFault): AppError {
  return new AppError({
    code: `origin.http1.${fault}`,
    source: "origin",
    retry: false,
    publicMessage: broken.publicMessage,
  });
}

/** What a gateway answers for a failure (RFC 9110, section 15.6). */
export function gatewayStatus(code: string): 502 | 503 | 504 {
  return Object.hasOwn(kinds, code) ? kinds[code as OriginCode].status : 502;
}
