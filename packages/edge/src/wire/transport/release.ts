/** Buffers from this size on are given back at once. */
const LARGE = 65_536;

/**
 * Gives back the memory of a buffer that nobody will look at again. Fast bodies make buffers of up to
 * 512 KB by the thousand, and the collector, which sees little of that memory, lets a hundred megabytes
 * of them lie about. A buffer that is transferred away leaves nothing behind but an empty view.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (bytes.length < LARGE || buffer.byteLength !== bytes.length) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
