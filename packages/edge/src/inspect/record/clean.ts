import type { RequestHead } from "#exchange.ts";
import type { SecretNames } from "#inspect/record/secret.ts";
import { getHeader } from "#wire/headers.ts";
import { redactQuery, redactUrl } from "#wire/redact.ts";

/** What stands in place of a secret in a sample. */
const MARK = "*";

/** The fields of a request without the values of cookies, authorization and whatever is named alike. */
export function cleanHeaders(
  head: RequestHead,
  secrets: SecretNames,
  leaveOut: ReadonlySet<string>,
): string[] {
  const out = ["Host", head.authority];
  for (let i = 0; i < head.headers.length; i += 2) {
    const name = head.headers[i] as string;
    const value = head.headers[i + 1] as string;
    const lower = name.toLowerCase();
    if (lower === "host" || leaveOut.has(lower)) continue;
    out.push(name, cleanValue(lower, value, secrets));
  }
  return out;
}

function cleanValue(lower: string, value: string, secrets: SecretNames): string {
  // Rules look at the names of cookies too.
  if (lower === "cookie") return value.replace(/=[^;]*/g, `=${MARK}`);
  if (secrets.has(lower)) return MARK;
  return lower === "referer" || lower === "origin" ? redactUrl(value, secrets) : value;
}

export function cleanTarget(target: string, secrets: SecretNames, query: boolean): string {
  const mark = target.indexOf("?");
  if (mark < 0) return target;
  return query
    ? target.slice(0, mark + 1) + redactQuery(target.slice(mark + 1), secrets)
    : target.slice(0, mark);
}

/** A form or JSON without the values of what is named like a secret; null for any other kind. */
export function cleanBody(body: string, head: RequestHead, secrets: SecretNames): string | null {
  const type = (getHeader(head.headers, "content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded") return redactQuery(body, secrets);
  if (type !== "application/json" && type?.endsWith("+json") !== true) return null;
  try {
    // Bytes stay bytes: JSON's own characters are all ASCII.
    const cleaned = JSON.stringify(JSON.parse(body), (name, value: unknown) =>
      name !== "" && secrets.has(name.toLowerCase()) ? MARK : value,
    );
    return cleaned;
  } catch {
    return null;
  }
}
