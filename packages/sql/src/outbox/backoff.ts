const FIRST_MS = 1000;
const MOST_MS = 3_600_000;

/** Milliseconds before attempt `attempts + 1`: doubled each time, an hour at most, spread by a half. */
export function backoff(attempts: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(whole * (0.75 + random / 2));
}
