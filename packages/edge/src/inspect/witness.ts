import type { Exchange } from "#exchange.ts";
import type { Verdict } from "#verdict.ts";

/** What the edge refuses before any rule of a zone is asked: docs/reference/errors.md. */
const PROTOCOL: ReadonlySet<string> = new Set([
  "edge.method",
  "edge.target",
  "edge.host",
  "edge.authority_mismatch",
  "edge.unknown_host",
]);

/** True for a request that is no sound HTTP: often an attack, which the rules can put a name to. */
export function breaksProtocol({ refusal }: Exchange, verdict: Verdict): boolean {
  return refusal !== null || (verdict.kind === "deny" && PROTOCOL.has(verdict.code));
}
