import type { Exchange } from "#exchange.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

/** What is judged before any rule of the zone; pure. */
export interface Subject {
  readonly exchange: Exchange;
  /** Code of what `identify` found wrong, or null. */
  readonly fault: string | null;
  readonly isLoop: boolean;
  /** Where plain HTTP is sent on to HTTPS: the status, else null. */
  readonly httpsRedirect: 301 | 302 | 307 | 308 | null;
  /** Host, port and target as they are to be named in a redirect. */
  readonly host: string;
  readonly httpsPort: number;
  readonly target: string;
}

/** Methods that ask a proxy to do what this one never does (RFC 9110, sections 9.3.6 and 9.3.8). */
const REFUSED_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

const STATUS: Record<string, number> = {
  "edge.target": 400,
  "edge.host": 400,
  "edge.authority_mismatch": 400,
  "edge.unknown_host": 421,
};

/** The protocol's own verdicts, in the order in which they outweigh each other. */
export function judgeProtocol(subject: Subject): Verdict {
  const { exchange, fault } = subject;
  const { refusal, head } = exchange;
  if (refusal?.code === "http1.not_http") return { kind: "drop", code: refusal.code };
  if (refusal !== null) return deny(refusal.status, refusal.code);
  if (REFUSED_METHODS.has(head.method)) return deny(405, "edge.method", ["Allow", ALLOWED]);
  if (fault !== null) return deny(STATUS[fault] ?? 400, fault);
  if (subject.isLoop) return deny(508, "edge.loop");
  if (subject.httpsRedirect !== null && head.scheme === "http") {
    const port = subject.httpsPort === 443 ? "" : `:${subject.httpsPort}`;
    const location = `https://${subject.host}${port}${subject.target === "*" ? "/" : subject.target}`;
    return { kind: "redirect", status: subject.httpsRedirect, location, code: "edge.to_https" };
  }
  return ALLOW;
}

const ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

function deny(status: number, code: string, headers: string[] = []): Verdict {
  return { kind: "deny", status, code, headers, order: null };
}
