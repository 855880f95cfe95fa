/**
 * Names of requests: unique without a random number each. 48 random bits name the thread's life, a
 * counter the request; 20 characters of base 36.
 */
export function requestIds(): () => string {
  const life = crypto.getRandomValues(new Uint32Array(2));
  const prefix = ((life[0] as number) * 65_536 + ((life[1] as number) >>> 16))
    .toString(36)
    .padStart(10, "0");
  // Starts where numbers have ten digits: nothing needs filling up.
  let count = 36 ** 9;
  return () => prefix + (count++).toString(36);
}
