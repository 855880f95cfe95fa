import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

/**
 * Value of the first cookie called `name`; "" where there is none. HTTP/2 may split the field into
 * crumbs (RFC 9113, section 8.2.3), so each is looked through by itself.
 */
export function cookieOf(headers: RawHeaders, name: string): string {
  for (let i = 0; i < headers.length; i += 2) {
    const field = headers[i] as string;
    if (field.length !== 6 || !nameIs(field, "cookie")) continue;
    const value = findCookie(headers[i + 1] as string, name);
    if (value !== "") return value;
  }
  return "";
}

function findCookie(cookies: string, name: string): string {
  for (let at = cookies.indexOf(name); at >= 0; at = cookies.indexOf(name, at + 1)) {
    const before = at === 0 ? 0x3b : cookies.charCodeAt(at - 1);
    const isWhole = before === 0x3b || before === 0x20;
    if (!isWhole || cookies.charCodeAt(at + name.length) !== 0x3d) continue;
    const from = at + name.length + 1;
    const end = cookies.indexOf(";", from);
    return cookies.slice(from, end < 0 ? undefined : end).trim();
  }
  return "";
}
