import { randomBytes } from "node:crypto";
import type { ZoneKeys } from "#issue/keys.ts";
import { SKEW_SECONDS, TICKET_SECONDS } from "#issue/ticket.ts";
import { isSealed, seal, tokenId, unwrap } from "#issue/token.ts";

/** What a widget's response token says of how it was earned. */
export interface WidgetResponse {
  readonly siteKey: string;
  readonly hostname: string;
  readonly action: string;
  readonly cdata: string;
  /** Seconds since the epoch. */
  readonly issued: number;
}

const TYPE = 0x31;
const LONGEST = 2048;
const TAG = 16;

/** Texts of a page that travel in a token, as Turnstile bounds them. */
export function isAction(text: string): boolean {
  return /^[A-Za-z0-9_-]{0,32}$/.test(text);
}

export function isCdata(text: string): boolean {
  return /^[A-Za-z0-9_-]{0,255}$/.test(text);
}

export function issueResponse(keys: ZoneKeys, response: WidgetResponse): string {
  const { issued, siteKey, hostname, action, cdata } = response;
  const fields = [issued, siteKey, hostname, action, cdata, randomBytes(9).toString("base64url")];
  const text = JSON.stringify(fields);
  return seal(keys.at(issued), Buffer.concat([Buffer.of(TYPE), Buffer.from(text)]));
}

/** Null: no token of this zone. `late`: it was one. */
export function readResponse(
  keys: ZoneKeys,
  text: string,
  now: number,
): (WidgetResponse & { readonly id: readonly [number, number]; readonly late: boolean }) | null {
  if (text.length > LONGEST) return null;
  const bytes = unwrap(text, Math.floor((text.length * 3) / 4) - TAG);
  if (bytes === null || bytes[0] !== TYPE) return null;
  // The date is needed to know the key: it is believed once the seal holds.
  const issued = Number(/^.\[(\d{1,12}),/s.exec(Buffer.from(bytes).toString("latin1"))?.[1] ?? 0);
  if (issued > now + SKEW_SECONDS || issued < now - 86_400) return null;
  if (!isSealed(keys.at(issued), bytes)) return null;
  const json = Buffer.from(bytes.subarray(1, bytes.length - TAG)).toString();
  const [, siteKey, hostname, action, cdata] = JSON.parse(json) as string[];
  return {
    siteKey: siteKey as string,
    hostname: hostname as string,
    action: action as string,
    cdata: cdata as string,
    issued,
    id: tokenId(bytes),
    late: issued < now - TICKET_SECONDS,
  };
}
