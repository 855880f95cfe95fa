/** base64url (RFC 4648, section 5) without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/[/]/g, "_").replace(/=/g, "");
}
