import { z } from "zod";

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * The one spelling of a host name or pattern (`example.org`, `*.example.org`, `*`, `127.0.0.1`,
 * `[::1]`): lower case, IDNA A-labels, no trailing dot, no port. Null where it is none of these.
 */
export function normaliseHostPattern(text: string): string | null {
  if (text === "*") return text;
  const wildcard = text.startsWith("*.");
  const bare = wildcard ? text.slice(2) : text;
  const name = normaliseHost(bare);
  if (name === null) return null;
  if (!wildcard) return name;
  return name.startsWith("[") || /^[\d.]+$/.test(name) ? null : `*.${name}`;
}

function normaliseHost(text: string): string | null {
  if (text.length === 0 || text.length > 255 || /[\s/?#@\\%*]/.test(text)) return null;
  // The URL parser knows IDNA and both families of addresses; a port would be lost in silence.
  if (/:\d*$/.test(text) && !text.endsWith("]")) return null;
  let name: string;
  try {
    name = new URL(`http://${text}/`).hostname;
  } catch {
    return null;
  }
  if (name.endsWith(".")) name = name.slice(0, -1);
  if (name.startsWith("[")) return name;
  if (name.length > 253 || !name.split(".").every((label) => LABEL.test(label))) return null;
  return name;
}

/** A host that a zone answers for: a name, `*.name` (any depth below it), an address, or `*` (all others). */
export const hostPatternSchema = z
  .string()
  .refine((text) => normaliseHostPattern(text) !== null, {
    error: "not a host name: write example.org, *.example.org, an address, or * for all others",
  })
  .overwrite((text) => normaliseHostPattern(text) ?? text);
