import { boundaryOf } from "@egide/std/multipart.ts";
import type { RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";

/** A form as it was sent, to be sent again after the challenge. */
export interface KeptForm {
  readonly multipart: boolean;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Fields of a form: more are not worth a page. */
const MOST_FIELDS = 500;

/**
 * True where a form was sent from a page of this very site. What another site's page posts is never
 * kept: sent again from here it would carry cookies that browsers keep from such requests.
 */
export function isOwnForm(headers: RawHeaders, scheme: string, authority: string): boolean {
  const site = getHeader(headers, "sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  return getHeader(headers, "origin") === `${scheme}://${authority}`;
}

export function isForm(headers: RawHeaders): boolean {
  const type = contentType(headers);
  return type === "application/x-www-form-urlencoded" || type === "multipart/form-data";
}

/** Null: not a form that can be kept as text, such as one with files. */
export async function readForm(headers: RawHeaders, body: Uint8Array): Promise<KeptForm | null> {
  const fields: [string, string][] = [];
  if (contentType(headers) === "application/x-www-form-urlencoded") {
    for (const pair of new URLSearchParams(Buffer.from(body).toString("latin1"))) fields.push(pair);
    return keep(false, fields);
  }
  const boundary = boundaryOf(joinHeader(headers, "content-type") ?? "");
  if (boundary === null) return null;
  const type = `multipart/form-data; boundary="${boundary}"`;
  try {
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    for (const [name, value] of form) {
      if (typeof value !== "string") return null;
      fields.push([name, value]);
    }
  } catch {
    return null;
  }
  return keep(true, fields);
}

/** What is no UTF-8 would not be the same any more when it is sent from our page. */
function keep(multipart: boolean, fields: KeptForm["fields"]): KeptForm | null {
  if (fields.length > MOST_FIELDS) return null;
  const isText = fields.every((pair) => pair.every((text) => !text.includes("\ufffd")));
  return isText ? { multipart, fields } : null;
}

function contentType(headers: RawHeaders): string {
  const value = joinHeader(headers, "content-type") ?? "";
  return (value.split(";", 1)[0] as string).trim().toLowerCase();
}
