import { AppError } from "@egide/std/error.ts";
import type { WebContext } from "#context.ts";

/*
 * A passkey stands for a password and a second factor at once, so whoever holds the device has to show
 * that it is theirs: by a PIN, a finger, a face. The library asks for that and does not insist.
 */

/** What both ceremonies send (WebAuthn level 3, sections 5.2.1 and 5.2.2), as far as it is looked at. */
interface Sent {
  readonly response?: {
    readonly response?: { readonly authenticatorData?: unknown } | null;
  } | null;
}

/** Of the flags: the user was verified (section 6.1). Behind the hash of the site's name. */
const VERIFIED = 0x04;
const FLAGS_AT = 32;

/** The JSON of a request; AppError where it is none. */
export async function bodyOf(c: WebContext): Promise<object> {
  const body: unknown = await c.req.json().catch(() => null);
  if (typeof body === "object" && body !== null) return body;
  throw refusal("web.form", "The request is no JSON.");
}

/**
 * Refuses an answer of a device that did not look who holds it. What it says is signed by the device:
 * the library checks the signature over the same bytes.
 */
export function checkVerified(body: object): void {
  const data = (body as Sent).response?.response?.authenticatorData;
  // Browsers that do not say it of a registration say it of each use.
  if (data === undefined || (typeof data === "string" && flagsOf(data) & VERIFIED)) return;
  throw refusal("account.unverified", "The device did not check who holds it.");
}

function flagsOf(authenticatorData: string): number {
  return Buffer.from(authenticatorData, "base64url")[FLAGS_AT] ?? 0;
}

/** Options of a ceremony as the library makes them, but with that asked of the device. */
export function askForVerification(text: string): string {
  return text.replace('"userVerification":"preferred"', '"userVerification":"required"');
}

function refusal(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
