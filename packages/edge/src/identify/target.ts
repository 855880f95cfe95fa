/** A request target split as RFC 9112, section 3.2, has it. `authority` is set for absolute-form alone. */
export interface Target {
  /** Path and query, starting with `/`; or `*`. */
  readonly origin: string;
  readonly authority: string | null;
  /** Lower case; null but for absolute-form. */
  readonly scheme: "http" | "https" | null;
}

/** Null where the form does not fit the method, or is no target at all. */
export function readTarget(target: string, method: string): Target | null {
  if (target.charCodeAt(0) === 0x2f) {
    return hasFragment(target) ? null : { origin: target, authority: null, scheme: null };
  }
  if (target === "*")
    return method === "OPTIONS" ? { origin: "*", authority: null, scheme: null } : null;
  const match = /^http(s?):\/\/([^/?#]+)([/?][^#]*)?$/i.exec(target);
  if (match === null) return null;
  const rest = match[3] ?? "/";
  const origin = rest.startsWith("/") ? rest : `/${rest}`;
  return { origin, authority: match[2] as string, scheme: match[1] === "" ? "http" : "https" };
}

/** A fragment is never sent (RFC 9110, section 7.1); servers disagree on what follows one. */
function hasFragment(target: string): boolean {
  return target.includes("#");
}
