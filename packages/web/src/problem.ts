import type { AppError } from "@egide/std/error.ts";

/** A problem response (RFC 9457, section 3.1), with the house's `code` as extension member. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retry: boolean;
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
};

/** The body of a problem response; `detail` is what may be shown to a stranger, never the cause. */
export function problemOf(error: AppError, status: number, detail: string): Problem {
  return {
    type: "about:blank",
    title: TITLES[status] ?? "Error",
    status,
    detail,
    code: error.code,
    retry: error.retry,
  };
}

/** Whether a client would rather have JSON than a page (RFC 9110, section 12.5.1). */
export function wantsJson(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const json = accept.search(/\bapplication\/(?:problem\+)?json\b/);
  if (json < 0) return false;
  const html = accept.indexOf("text/html");
  return html < 0 || json < html;
}
