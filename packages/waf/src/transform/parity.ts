/** Clears the eighth bit of every byte. */
export function parityZero7bit(value: string): string {
  return value.replace(/[\x80-\xff]/g, (char) => String.fromCharCode(char.charCodeAt(0) & 127));
}

/** Sets the eighth bit so that every byte has an even number of ones. */
export function parityEven7bit(value: string): string {
  return withParity(value, 0);
}

/** Sets the eighth bit so that every byte has an odd number of ones. */
export function parityOdd7bit(value: string): string {
  return withParity(value, 1);
}

function withParity(value: string, wanted: number): string {
  let out = "";
  for (let i = 0; i < value.length; i++) {
    const seven = value.charCodeAt(i) & 127;
    let ones = 0;
    for (let bits = seven; bits > 0; bits &= bits - 1) ones++;
    out += String.fromCharCode(ones % 2 === wanted ? seven : seven | 128);
  }
  return out;
}
