/** Node's native codecs that the published types leave out; several times faster than `toString`. */
interface Native {
  latin1Write(text: string, offset: number): number;
  latin1Slice(start: number, end: number): string;
}

/** Writes one byte a char; answers how many bytes were written. Chars above U+00FF are the caller's fault. */
export function writeLatin1(into: Buffer, text: string, at: number): number {
  return (into as unknown as Native).latin1Write(text, at);
}

/** Bytes `start` to `end` as a string of one char a byte. `bytes` must be a Buffer. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as unknown as Native).latin1Slice(start, end);
}

/** The same view with Buffer's methods; free where it is one already. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
