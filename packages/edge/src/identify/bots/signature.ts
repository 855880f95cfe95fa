import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { RequestHead } from "#exchange.ts";
import { joinHeader } from "#wire/headers.ts";

/*
 * The part of HTTP Message Signatures (RFC 9421) that Web Bot Auth needs: one signature of a request,
 * by Ed25519, over derived components and plain fields. Whatever else is asked for is refused.
 */

/** A signature as a request bears it, not yet checked. */
export interface SignedRequest {
  readonly label: string;
  readonly components: readonly string[];
  /** Value of `@signature-params`, exactly as it was sent. */
  readonly params: string;
  readonly created: number;
  readonly expires: number;
  readonly keyId: string;
  readonly tag: string;
  readonly signature: Buffer;
}

const LONGEST = 4096;
const MOST_COMPONENTS = 16;
const COMPONENT = /^"(@?[a-z0-9-]{1,64})"$/;
const STRING = /^"([\x20\x21\x23-\x5b\x5d-\x7e]{0,512})"$/;

/** The signature that bears `tag`, or null where there is none that can be read. */
export function readSignature(head: RequestHead, tag: string): SignedRequest | null {
  const inputs = joinHeader(head.headers, "signature-input");
  const signatures = joinHeader(head.headers, "signature");
  if (inputs === undefined || signatures === undefined) return null;
  if (inputs.length > LONGEST || signatures.length > LONGEST) return null;
  for (const member of split(inputs, ",")) {
    const read = readInput(member);
    if (read === null || read.tag !== tag) continue;
    const signature = readBytes(signatures, read.label);
    if (signature !== null) return { ...read, signature };
  }
  return null;
}

/** True where `signed` was made by `key` over this very request. `authority` in lower case. */
export function isSignedBy(
  signed: SignedRequest,
  head: RequestHead,
  authority: string,
  key: KeyObject,
): boolean {
  const lines: string[] = [];
  for (const component of signed.components) {
    const value = valueOf(component, head, authority);
    if (value === null) return false;
    lines.push(`"${component}": ${value}`);
  }
  lines.push(`"@signature-params": ${signed.params}`);
  return verify(null, Buffer.from(lines.join("\n"), "latin1"), key, signed.signature);
}

/** A public key from a JWK (RFC 8037); null where it is no Ed25519 key. */
export function ed25519Key(jwk: unknown): KeyObject | null {
  const { kty, crv, x } = (jwk ?? {}) as Record<string, unknown>;
  if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string") return null;
  try {
    return createPublicKey({ key: { kty, crv, x }, format: "jwk" });
  } catch {
    return null;
  }
}

function readInput(member: string): Omit<SignedRequest, "signature"> | null {
  const match = /^([a-z*][a-z0-9_.*-]{0,63})=(\(([^()]{0,2048})\)(.{0,2048}))$/.exec(member.trim());
  if (match === null) return null;
  const [, label = "", params = "", inner = "", rest = ""] = match;
  const components: string[] = [];
  for (const item of inner.split(" ")) {
    if (item === "") continue;
    const name = COMPONENT.exec(item)?.[1];
    // Parameters of components (`;sf`, `;bs`, `;key`, `;req`) are not for requests of bots.
    if (name === undefined || components.includes(name)) return null;
    components.push(name);
  }
  if (components.length > MOST_COMPONENTS) return null;
  const named = new Map<string, string>();
  for (const parameter of split(rest, ";")) {
    if (parameter.trim() === "") continue;
    const equals = parameter.indexOf("=");
    const key = parameter.slice(0, equals).trim();
    if (equals < 1 || named.has(key)) return null;
    named.set(key, parameter.slice(equals + 1).trim());
  }
  const text = (key: string): string => STRING.exec(named.get(key) ?? "")?.[1] ?? "";
  const alg = named.get("alg");
  if (alg !== undefined && alg !== '"ed25519"') return null;
  return {
    label,
    components,
    params,
    created: seconds(named.get("created")),
    expires: seconds(named.get("expires")),
    keyId: text("keyid"),
    tag: text("tag"),
  };
}

function seconds(value: string | undefined): number {
  return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : 0;
}

/** Bytes of one member of a dictionary (RFC 8941, section 3.3.5). */
function readBytes(dictionary: string, label: string): Buffer | null {
  for (const member of split(dictionary, ",")) {
    const trimmed = member.trim();
    if (!trimmed.startsWith(`${label}=:`) || !trimmed.endsWith(":")) continue;
    const text = trimmed.slice(label.length + 2, -1);
    return /^[A-Za-z0-9+/]{86}==$/.test(text) ? Buffer.from(text, "base64") : null;
  }
  return null;
}

/** Cut at a separator outside quotes and brackets. */
function split(text: string, separator: string): string[] {
  const out: string[] = [];
  let from = 0;
  let quoted = false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"' && text.charAt(i - 1) !== "\\") quoted = !quoted;
    else if (quoted) continue;
    else if (c === "(") depth++;
    else if (c === ")") depth--;
    else if (c === separator && depth === 0) {
      out.push(text.slice(from, i));
      from = i + 1;
    }
  }
  out.push(text.slice(from));
  return out;
}

/** RFC 9421, section 2.2. Null: not one that is understood here, or not in the request. */
function valueOf(component: string, head: RequestHead, authority: string): string | null {
  const { target } = head;
  const mark = target.indexOf("?");
  switch (component) {
    case "@authority":
      return authority;
    case "@method":
      return head.method;
    case "@scheme":
      return head.scheme;
    case "@path":
      return mark < 0 ? target : target.slice(0, mark);
    case "@query":
      return mark < 0 ? "?" : target.slice(mark);
    case "@request-target":
      return target;
    case "@target-uri":
      return `${head.scheme}://${authority}${target}`;
    default:
      if (component.startsWith("@")) return null;
      return joinHeader(head.headers, component) ?? null;
  }
}
