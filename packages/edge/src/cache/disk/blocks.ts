/** Body files are checked in blocks of this size, so that a reader needs no more than one of them. */
export const BLOCK = 65_536;

const MAGIC = 0x31424745;
export const FOOTER = 24;

/**
 * What follows the bytes of a body in its file: a checksum for each block, then `EGB1`, the block
 * size, the length, and a checksum of all that.
 */
export function encodeTail(sums: readonly bigint[], length: number): Uint8Array {
  const tail = Buffer.alloc(sums.length * 8 + FOOTER);
  sums.forEach((sum, i) => tail.writeBigUInt64LE(sum, i * 8));
  const at = sums.length * 8;
  tail.writeUInt32LE(MAGIC, at);
  tail.writeUInt32LE(BLOCK, at + 4);
  tail.writeBigUInt64LE(BigInt(length), at + 8);
  tail.writeBigUInt64LE(Bun.hash.xxHash64(tail.subarray(0, at + 16)), at + 16);
  return tail;
}

export function tailLength(length: number): number {
  return Math.ceil(length / BLOCK) * 8 + FOOTER;
}

/** Checksums of the blocks; null where the tail isn't one of a body of `length` bytes. */
export function decodeTail(bytes: Uint8Array, length: number): BigUint64Array | null {
  if (bytes.length !== tailLength(length)) return null;
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = bytes.length - FOOTER;
  if (tail.readUInt32LE(at) !== MAGIC || tail.readUInt32LE(at + 4) !== BLOCK) return null;
  if (tail.readBigUInt64LE(at + 8) !== BigInt(length)) return null;
  if (tail.readBigUInt64LE(at + 16) !== Bun.hash.xxHash64(tail.subarray(0, at + 16))) return null;
  const sums = new BigUint64Array(at / 8);
  for (let i = 0; i < sums.length; i++) sums[i] = tail.readBigUInt64LE(i * 8);
  return sums;
}

/** The block's place is part of its checksum: blocks that changed places don't pass. */
export function blockSum(bytes: Uint8Array, index: number): bigint {
  return Bun.hash.xxHash64(bytes, BigInt(index));
}
