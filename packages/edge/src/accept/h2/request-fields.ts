import type { Limits } from "@egide/contract/policy/limits.ts";
import type { H2Fault } from "#accept/h2/faults.ts";
import type { RawHeaders } from "#stream.ts";
import { CLASS, isToken, TARGET } from "#wire/h1/chars.ts";
import { FAULT_NAME, FAULT_NONE, type FieldSink } from "#wire/h2/hpack/decoder.ts";
import {
  AUTHORITY,
  CONNECTION_SPECIFIC,
  CONTENT_LENGTH,
  COOKIE,
  EXPECT,
  HOST,
  LAST_PSEUDO,
  METHOD,
  type NameInfo,
  PATH,
  PRIORITY,
  SCHEME,
  TE,
} from "#wire/h2/hpack/names.ts";
import { readLength } from "#wire/content-length.ts";
import { incrementalOf, urgencyOf } from "#wire/h2/turns.ts";

/**
 * Reads the fields of one request (RFC 9113, section 8.3.1) as they are decoded. The first fault is
 * kept; what can still be read is, for the rules and the log.
 */
export class RequestFields implements FieldSink {
  method = "";
  scheme = "";
  path = "";
  authority = "";
  headers: RawHeaders = [];
  fault: H2Fault | null = null;
  /** Content-Length, or -1. */
  length = -1;
  urgency = 3;
  incremental = true;
  expectsContinue = false;
  /** Kinds of the pseudo-headers in their order, one octal digit each. */
  order = 0;
  #host: string | null = null;
  /** Where the value of the one Cookie field stands in `headers`, or 0. */
  #cookieAt = 0;
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  reset(): void {
    this.method = "";
    this.scheme = "";
    this.path = "";
    this.authority = "";
    this.headers = [];
    this.fault = null;
    this.length = -1;
    this.urgency = 3;
    this.incremental = true;
    this.expectsContinue = false;
    this.order = 0;
    this.#host = null;
    this.#cookieAt = 0;
  }

  field(name: NameInfo, value: string, fault: number): void {
    if (fault !== FAULT_NONE) this.#blame(fault === FAULT_NAME ? "field_name" : "field_value");
    const { kind } = name;
    if (kind !== 0) {
      if (kind <= LAST_PSEUDO) {
        this.#pseudo(kind, value);
        return;
      }
      if (kind === COOKIE && this.#cookieAt > 0) {
        // Crumbs become one field again (RFC 9113, section 8.2.3).
        this.headers[this.#cookieAt] += `; ${value}`;
        return;
      }
      this.#special(kind, value);
    }
    if (this.headers.length >= this.#limits.headerCount * 2) {
      this.#blame("too_many_fields");
      return;
    }
    this.headers.push(name.lower, value);
  }

  /** Judges the whole list. `overflow`: it was larger than allowed. */
  finish(overflow: boolean, endStream: boolean, secure: boolean): void {
    if (overflow) this.#blame("head_too_large");
    if (this.fault !== null) return;
    if (this.method === "CONNECT") this.#blame("connect");
    else this.#target(secure);
    if (endStream && this.length > 0) this.#blame("content_length");
    const { bodyBytes } = this.#limits;
    if (bodyBytes > 0 && this.length > bodyBytes) this.#blame("body_too_large");
  }

  #target(secure: boolean): void {
    if (this.method === "" || this.scheme === "" || this.path === "") this.#blame("pseudo_missing");
    else if (!isToken(this.method)) this.#blame("method");
    else if (this.scheme !== "https" && this.scheme !== "http") this.#blame("scheme");
    else if ((this.scheme === "https") !== secure) this.#blame("scheme_mismatch");
    else if (!this.#isPath()) this.#blame("path");
    else if (this.path.length > this.#limits.urlBytes) this.#blame("url_too_long");
    const host = this.#host;
    if (this.authority === "") {
      if (host === null || host === "") this.#blame("no_host");
      else this.authority = host;
    } else if (host !== null && !sameHost(host, this.authority)) {
      this.#blame("host_mismatch");
    }
  }

  #isPath(): boolean {
    const { path } = this;
    if (path.charCodeAt(0) !== 0x2f) return path === "*" && this.method === "OPTIONS";
    for (let i = 1; i < path.length; i++) {
      if (((CLASS[path.charCodeAt(i)] as number) & TARGET) === 0) return false;
    }
    return true;
  }

  #pseudo(kind: number, value: string): void {
    if (this.headers.length > 0) this.#blame("pseudo_order");
    if (this.order < 0o1_000_000) this.order = this.order * 8 + kind;
    switch (kind) {
      case METHOD:
        this.method = this.#once(this.method, value);
        break;
      case SCHEME:
        this.scheme = this.#once(this.scheme, value);
        break;
      case PATH:
        this.path = this.#once(this.path, value);
        break;
      case AUTHORITY:
        // User information is not part of an authority here (RFC 9113, section 8.3.1).
        if (value.includes("@")) this.#blame("host_mismatch");
        this.authority = this.#once(this.authority, value);
        break;
      default:
        // `:protocol` among them: extended CONNECT (RFC 8441) is not offered.
        this.#blame("pseudo_unknown");
    }
  }

  #once(before: string, value: string): string {
    if (before !== "") this.#blame("pseudo_repeated");
    else if (value === "") this.#blame("pseudo_missing");
    else return value;
    return before;
  }

  #special(kind: number, value: string): void {
    switch (kind) {
      case COOKIE:
        this.#cookieAt = this.headers.length + 1;
        break;
      case HOST:
        if (this.#host !== null) this.#blame("repeated_host");
        this.#host = value;
        break;
      case CONTENT_LENGTH:
        if (this.length >= 0) this.#blame("repeated_content_length");
        this.length = readLength(value);
        if (this.length < 0) this.#blame("content_length");
        break;
      case CONNECTION_SPECIFIC:
        this.#blame("connection_specific");
        break;
      case TE:
        if (value !== "trailers") this.#blame("te");
        break;
      case PRIORITY:
        this.urgency = urgencyOf(value);
        this.incremental = incrementalOf(value);
        break;
      case EXPECT:
        if (value.toLowerCase() === "100-continue") this.expectsContinue = true;
        else this.#blame("expectation");
        break;
      default:
    }
  }

  #blame(fault: H2Fault): void {
    this.fault ??= fault;
  }
}

function sameHost(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}
