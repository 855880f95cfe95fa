/** A set of operators or steps: 32 to a number. Plain arrays are quicker to make than typed ones. */
export type Bits = number[];

export function allBits(words: number, value: 0 | -1): Bits {
  const bits: Bits = [];
  for (let i = 0; i < words; i++) bits.push(value);
  return bits;
}

export function setBit(bits: Bits, index: number): void {
  const word = index >> 5;
  bits[word] = (bits[word] as number) | (1 << (index & 31));
}

export function clearBit(bits: Bits, index: number): void {
  const word = index >> 5;
  bits[word] = (bits[word] as number) & ~(1 << (index & 31));
}

export function hasBit(bits: Bits, index: number): boolean {
  return ((bits[index >> 5] as number) & (1 << (index & 31))) !== 0;
}
