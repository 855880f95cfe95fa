import type { Coding, RespondPolicy } from "@egide/contract/policy/respond.ts";
import { CompressionPlan } from "#respond/compress/plan.ts";
import {
  ACCEPT_RANGES,
  ALT_SVC,
  CONTENT_ENCODING,
  ETAG,
  fieldKind,
  HOP_BY_HOP,
  HSTS,
  PLAIN,
  SERVER,
  VARY,
} from "#respond/fields.ts";
import { Pages } from "#respond/page/pages.ts";
import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

/**
 * How a response relates to Accept-Encoding: coded by the edge; may be for others; never is; or a
 * 304 for what was coded when it was sent.
 */
export type Varies = Coding | "may" | "never" | "revalidated";

let serials = 0;

/** What a zone adds to and takes from the head of every response, made ready once per snapshot. */
export class Dress {
  /** Tells zones apart in what a worker remembers. */
  readonly serial = serials++;
  readonly compression: CompressionPlan | null;
  readonly pages: Pages;
  readonly #keepServer: boolean;
  readonly #idField: string | null;
  readonly #idLower: string;
  readonly #plain: RawHeaders = [];
  readonly #secure: RawHeaders = [];
  readonly #ownAltSvc: boolean;
  readonly #ownHsts: boolean;

  constructor(policy: RespondPolicy) {
    this.compression = policy.compression.enabled ? new CompressionPlan(policy.compression) : null;
    this.pages = new Pages(policy.errorPages);
    this.#keepServer = policy.server === "keep";
    this.#idField = policy.requestIdHeader;
    this.#idLower = (policy.requestIdHeader ?? "").toLowerCase();
    this.#ownAltSvc = policy.altSvc !== null;
    this.#ownHsts = policy.hsts !== null;
    if (typeof policy.server === "object") this.#plain.push("Server", policy.server.replace);
    this.#secure.push(...this.#plain);
    if (policy.altSvc !== null) this.#secure.push("Alt-Svc", policy.altSvc);
    if (policy.hsts !== null) this.#secure.push("Strict-Transport-Security", hsts(policy.hsts));
    if (policy.via !== null) {
      // Every response comes from upstream as HTTP/1.1: that is the protocol Via names.
      const via = `1.1 ${policy.via}`;
      this.#plain.push("Via", via);
      this.#secure.push("Via", via);
    }
  }

  /** The head of a forwarded response: what the origin sent, without and with what the zone says. */
  head(headers: RawHeaders, secure: boolean, requestId: string, varies: Varies): RawHeaders {
    const out: RawHeaders = [];
    const coded = isCoded(varies);
    const weaken = coded || varies === "revalidated";
    let varyAt = -1;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string;
      let value = headers[i + 1] as string;
      switch (fieldKind(name)) {
        case PLAIN:
          if (name.length === this.#idLower.length && nameIs(name, this.#idLower)) continue;
          break;
        case HOP_BY_HOP:
          continue;
        case SERVER:
          if (!this.#keepServer) continue;
          break;
        case ALT_SVC:
          if (secure && this.#ownAltSvc) continue;
          break;
        case HSTS:
          if (!secure || this.#ownHsts) continue; // RFC 6797, section 7.2: never over plain HTTP.
          break;
        case CONTENT_ENCODING:
          if (coded) continue; // `identity`: anything else would not be coded again
          break;
        case ETAG:
          // RFC 9110, section 8.8.3.3: another coding is another strong validator.
          if (weaken && !value.startsWith("W/")) value = `W/${value}`;
          break;
        case VARY:
          varyAt = out.length;
          break;
        case ACCEPT_RANGES:
          if (coded) continue; // ranges would be of the uncoded bytes
          break;
        default:
      }
      out.push(name, value);
    }
    if (varies !== "never") addVary(out, varyAt);
    if (coded) out.push("Content-Encoding", varies);
    this.own(out, secure, requestId);
    return out;
  }

  /** Adds to the head of a response that the edge itself makes. */
  own(out: RawHeaders, secure: boolean, requestId: string): void {
    this.common(out, secure);
    this.name(out, requestId);
  }

  /** Of that, what is the same for all requests. */
  common(out: RawHeaders, secure: boolean): void {
    const extra = secure ? this.#secure : this.#plain;
    for (let i = 0; i < extra.length; i++) out.push(extra[i] as string);
  }

  /** And what is this request's. */
  name(out: RawHeaders, requestId: string): void {
    if (this.#idField !== null) out.push(this.#idField, requestId);
  }
}

export function isCoded(varies: Varies): varies is Coding {
  return varies !== "may" && varies !== "never" && varies !== "revalidated";
}

function addVary(out: RawHeaders, at: number): void {
  if (at < 0) {
    out.push("Vary", "Accept-Encoding");
    return;
  }
  for (let i = 0; i < out.length; i += 2) {
    if (fieldKind(out[i] as string) !== VARY) continue;
    const value = (out[i + 1] as string).toLowerCase();
    if (value.includes("accept-encoding") || value.trim() === "*") return;
  }
  out[at + 1] = `${out[at + 1]}, Accept-Encoding`;
}

function hsts(policy: NonNullable<RespondPolicy["hsts"]>): string {
  let value = `max-age=${policy.maxAge}`;
  if (policy.includeSubDomains) value += "; includeSubDomains";
  if (policy.preload) value += "; preload";
  return value;
}
