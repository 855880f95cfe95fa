/** The last two digits: all but them is made once for 1,296 names. */
const PAIRS = Array.from({ length: 1296 }, (_, i) => i.toString(36).padStart(2, "0"));

/**
 * Names of requests: unique without a random number each. 48 random bits name the thread's life, a
 * counter the request; 20 characters of base 36.
 */
export function requestIds(): () => string {
  const life = crypto.getRandomValues(new Uint32Array(2));
  const prefix = ((life[0] as number) * 65_536 + ((life[1] as number) >>> 16))
    .toString(36)
    .padStart(10, "0");
  // Starts where numbers have eight digits: nothing needs filling up.
  let count = 36 ** 7;
  let start = "";
  let last = PAIRS.length;
  return () => {
    if (last === PAIRS.length) {
      start = prefix + (count++).toString(36);
      last = 0;
    }
    return start + (PAIRS[last++] as string);
  };
}
