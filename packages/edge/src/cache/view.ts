import type { OriginRequest } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";
import { NO_REQUEST_CONTROL, type RequestControl, readRequestControl } from "./control.ts";

/** What of a request bears on caching. */
export interface View {
  readonly head: boolean;
  control: Readonly<RequestControl>;
  authorization: boolean;
  range: string | null;
  ifRange: string | null;
  ifNoneMatch: string | null;
  ifModifiedSince: string | null;
  /** If-Match or If-Unmodified-Since: for the origin alone to judge (RFC 9111, section 4.3.2). */
  stateful: boolean;
}

/**
 * No range, or one that is all of it, as players ask: what is fetched whole can be stored, and the
 * range is answered from that.
 */
export function wantsWhole(view: View): boolean {
  return view.range === null || (view.range === "bytes=0-" && view.ifRange === null);
}

/** One pass over the fields; lengths are compared before names, so that most cost a switch. */
export function readView(request: OriginRequest, honour: boolean): View {
  const view: View = {
    head: request.method === "HEAD",
    control: NO_REQUEST_CONTROL,
    authorization: false,
    range: null,
    ifRange: null,
    ifNoneMatch: null,
    ifModifiedSince: null,
    stateful: false,
  };
  const { headers } = request;
  let directives = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    switch (name.length) {
      case 5:
        if (nameIs(name, "range")) view.range = headers[i + 1] as string;
        break;
      case 6:
        if (nameIs(name, "pragma")) directives = true;
        break;
      case 8:
        if (nameIs(name, "if-range")) view.ifRange = headers[i + 1] as string;
        else if (nameIs(name, "if-match")) view.stateful = true;
        break;
      case 13:
        if (nameIs(name, "cache-control")) directives = true;
        else if (nameIs(name, "authorization")) view.authorization = true;
        else if (nameIs(name, "if-none-match")) {
          const value = headers[i + 1] as string;
          view.ifNoneMatch = view.ifNoneMatch === null ? value : `${view.ifNoneMatch}, ${value}`;
        }
        break;
      case 17:
        if (nameIs(name, "if-modified-since")) view.ifModifiedSince = headers[i + 1] as string;
        break;
      case 19:
        if (nameIs(name, "if-unmodified-since")) view.stateful = true;
        break;
      default:
        break;
    }
  }
  if (directives && honour) view.control = readRequestControl(headers);
  // RFC 9110, section 14.2: Range is defined for GET alone.
  if (view.head) view.range = null;
  return view;
}
