import type { RawHeaders } from "#stream.ts";
import { joinHeader, nameIs } from "#wire/headers.ts";
import { deltaSeconds, eachDirective, FOREVER } from "./directives.ts";
import { parseDictionary } from "./structured.ts";

/** What a response's cache directives say to a shared cache (RFC 9111, section 5.2.2). -1: absent. */
export interface Control {
  maxAge: number;
  sMaxAge: number;
  staleWhileRevalidate: number;
  staleIfError: number;
  noStore: boolean;
  /** Without field names: the response may not be reused before validation. */
  noCache: boolean;
  /** Without field names: not for a shared cache. */
  private: boolean;
  public: boolean;
  mustRevalidate: boolean;
  proxyRevalidate: boolean;
  mustUnderstand: boolean;
  immutable: boolean;
  /** Fields named by `no-cache="…"` or `private="…"`, in lower case. */
  fields: string[];
  /** Read off a targeted field: Cache-Control, Expires and Pragma don't count (RFC 9213). */
  targeted: boolean;
}

export function noControl(): Control {
  return {
    maxAge: -1,
    sMaxAge: -1,
    staleWhileRevalidate: -1,
    staleIfError: -1,
    noStore: false,
    noCache: false,
    private: false,
    public: false,
    mustRevalidate: false,
    proxyRevalidate: false,
    mustUnderstand: false,
    immutable: false,
    fields: [],
    targeted: false,
  };
}

/** Directives that hold for this cache: of the first targeted field that is valid, or Cache-Control. */
export function readControl(headers: RawHeaders, targetedFields: readonly string[]): Control {
  for (const field of targetedFields) {
    const value = joinHeader(headers, field);
    if (value === undefined) continue;
    const control = readTargeted(value);
    if (control !== null) return control;
  }
  const control = noControl();
  for (let i = 0; i < headers.length; i += 2) {
    if (!nameIs(headers[i] as string, "cache-control")) continue;
    eachDirective(headers[i + 1] as string, (name, argument) => apply(control, name, argument));
  }
  return control;
}

/** Null for an empty or broken field, which counts as absent (RFC 9213, section 2.1). */
function readTargeted(value: string): Control | null {
  const dictionary = parseDictionary(value);
  if (dictionary === null || dictionary.size === 0) return null;
  const control = noControl();
  control.targeted = true;
  for (const [name, item] of dictionary) {
    if (item.type === "integer") {
      // A negative lifetime can only mean stale.
      if (TIMES.has(name)) apply(control, name, String(Math.max(0, item.value)));
    } else if (item.type === "boolean") {
      if (item.value && !TIMES.has(name)) apply(control, name, null);
    } else if (item.type === "string" && (name === "no-cache" || name === "private")) {
      apply(control, name, item.value);
    }
  }
  return control;
}

const TIMES = new Set(["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"]);

function apply(control: Control, name: string, argument: string | null): void {
  switch (name) {
    case "max-age":
      control.maxAge = shorter(control.maxAge, argument);
      break;
    case "s-maxage":
      control.sMaxAge = shorter(control.sMaxAge, argument);
      break;
    case "stale-while-revalidate":
      control.staleWhileRevalidate = Math.max(0, deltaSeconds(argument ?? ""));
      break;
    case "stale-if-error":
      control.staleIfError = Math.max(0, deltaSeconds(argument ?? ""));
      break;
    case "no-store":
      control.noStore = true;
      break;
    case "no-cache":
      if (argument === null || !addFields(control, argument)) control.noCache = true;
      break;
    case "private":
      if (argument === null || !addFields(control, argument)) control.private = true;
      break;
    case "public":
      control.public = true;
      break;
    case "must-revalidate":
      control.mustRevalidate = true;
      break;
    case "proxy-revalidate":
      control.proxyRevalidate = true;
      break;
    case "must-understand":
      control.mustUnderstand = true;
      break;
    case "immutable":
      control.immutable = true;
      break;
    default:
      // Unrecognised directives are ignored (RFC 9111, section 5.2.3).
      break;
  }
}

/**
 * RFC 9111, section 4.2.1: of a directive sent twice, the first counts or the response is stale, and
 * one with an invalid value makes it stale. The shortest is the safest reading of both.
 */
function shorter(known: number, argument: string | null): number {
  const seconds = Math.max(0, deltaSeconds(argument ?? ""));
  return known < 0 ? seconds : Math.min(known, seconds);
}

function addFields(control: Control, list: string): boolean {
  let any = false;
  for (const member of list.split(",")) {
    const name = member.trim().toLowerCase();
    if (name === "") continue;
    control.fields.push(name);
    any = true;
  }
  return any;
}

/** Request directives (RFC 9111, section 5.2.1). -1: absent. */
export interface RequestControl {
  noStore: boolean;
  noCache: boolean;
  onlyIfCached: boolean;
  maxAge: number;
  minFresh: number;
  maxStale: number;
}

export const NO_REQUEST_CONTROL: Readonly<RequestControl> = {
  noStore: false,
  noCache: false,
  onlyIfCached: false,
  maxAge: -1,
  minFresh: -1,
  maxStale: -1,
};

export function readRequestControl(headers: RawHeaders): RequestControl {
  const control = { ...NO_REQUEST_CONTROL };
  let seen = false;
  let pragma = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (nameIs(name, "cache-control")) {
      seen = true;
      eachDirective(headers[i + 1] as string, (name, argument) => {
        if (name === "no-store") control.noStore = true;
        else if (name === "no-cache") control.noCache = true;
        else if (name === "only-if-cached") control.onlyIfCached = true;
        else if (name === "max-age") control.maxAge = shorter(control.maxAge, argument);
        else if (name === "min-fresh") control.minFresh = Math.max(0, deltaSeconds(argument ?? ""));
        else if (name === "max-stale") {
          control.maxStale = argument === null ? FOREVER : Math.max(0, deltaSeconds(argument));
        }
      });
    } else if (nameIs(name, "pragma")) {
      eachDirective(headers[i + 1] as string, (name) => {
        if (name === "no-cache") pragma = true;
      });
    }
  }
  // RFC 9111, section 5.4: Pragma counts only where Cache-Control is absent.
  if (pragma && !seen) control.noCache = true;
  return control;
}
