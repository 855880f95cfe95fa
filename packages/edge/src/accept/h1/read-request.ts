import type { Limits } from "@egide/contract/policy/limits.ts";
import type { RequestHead } from "#exchange.ts";
import type { H1Fault } from "#accept/h1/faults.ts";
import { seenHead } from "#accept/h1/seen-head.ts";
import { emptyFraming, type Framing, readFraming, resetFraming } from "#wire/h1/framing.ts";
import { type ParsedRequest, parseRequest } from "#wire/h1/request.ts";

/** A head with what it means for its connection. One object serves a thread: read it at once. */
export interface ReadRequest {
  head: RequestHead;
  fault: H1Fault | null;
  /** Bytes of the body, -1 where chunked, 0 without one. */
  bodyLength: number;
  persistent: boolean;
  expectsContinue: boolean;
  upgrade: string | null;
}

const framing = emptyFraming();

/** Parses a whole head and judges what HTTP/1.1 leaves to the first reader (RFC 9112, 3.2 and 6). */
export function readRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: Limits,
  secure: boolean,
): ReadRequest {
  const parsed = emptyRequest();
  resetFraming(framing);
  const line = asFault(parseRequest(bytes, start, end, limits, parsed));
  const fault =
    (line === "start_line" && isOtherProtocol(parsed.target) ? "not_http" : line) ??
    asFault(readFraming(parsed.headers, parsed.version, framing)) ??
    semantics(parsed, limits);
  const sound = fault === null;
  const bodyLength = sound && framing.length !== -2 ? framing.length : 0;
  const again = parsed.version === 11 ? !framing.close : framing.keepAlive && !framing.close;
  const head = toHead(parsed, secure, framing.host ?? "", framing.nominated);
  return {
    head: sound ? head : { ...head, seen: seenHead(bytes, start, end) },
    fault,
    bodyLength,
    persistent: sound && again,
    expectsContinue: framing.expectContinue && bodyLength !== 0 && parsed.version === 11,
    upgrade: sound && bodyLength === 0 && parsed.version === 11 ? upgradeOf(framing) : null,
  };
}

/**
 * A first line whose middle word is none of the forms of a target (RFC 9112, section 3.2): somebody
 * speaks another protocol, to whom an answer in ours would be noise.
 */
function isOtherProtocol(target: string): boolean {
  return target !== "" && !/^[/*]|:/.test(target);
}

/**
 * The protocols a client may be switched to. Never h2c: HTTP/2 carried through as a tunnel would hide
 * requests from every rule, and RFC 9113, section 3.1, has withdrawn that way of asking for it.
 */
function upgradeOf({ upgrade, upgradeTo }: Framing): string | null {
  if (!upgrade || upgradeTo === null) return null;
  const h2c = upgradeTo.split(",").some((token) => token.trim().toLowerCase() === "h2c");
  return h2c ? null : upgradeTo;
}

/** What can be read of a head that is not whole, so that rules and log see whom they refuse. */
export function readPartial(bytes: Uint8Array, limits: Limits, secure: boolean): RequestHead {
  const parsed = emptyRequest();
  if (bytes.length > 0) {
    // A NUL is in no class of bytes: every scan stops there.
    const stopped = Buffer.concat([bytes, Buffer.from([0])]);
    parseRequest(stopped, 0, stopped.length, limits, parsed);
  }
  return { ...toHead(parsed, secure, "", null), seen: seenHead(bytes, 0, bytes.length) };
}

function emptyRequest(): ParsedRequest {
  return { method: "", target: "", version: 11, headers: [] };
}

function toHead(
  parsed: ParsedRequest,
  secure: boolean,
  authority: string,
  nominated: string[] | null,
): RequestHead {
  return {
    method: parsed.method,
    target: parsed.target,
    version: parsed.version,
    scheme: secure ? "https" : "http",
    authority,
    headers: parsed.headers,
    nominated,
  };
}

function semantics(parsed: ParsedRequest, limits: Limits): H1Fault | null {
  if (framing.host === null && parsed.version === 11) return "no_host";
  if (framing.expectOther) return "expectation";
  return limits.bodyBytes > 0 && framing.length > limits.bodyBytes ? "body_too_large" : null;
}

function asFault<T extends string>(result: "ok" | T): T | null {
  return result === "ok" ? null : result;
}
