/** Encodes in base64 (RFC 4648, section 4). */
export function base64Encode(value: string): string {
  return btoa(value);
}
