const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * When to renew: with a third of the lifetime left, and up to a thirtieth earlier, so that
 * certificates that were obtained together are not renewed together. `chance` lies in [0, 1).
 */
export function renewalAt(notBefore: number, notAfter: number, chance: number): number {
  const lifetime = notAfter - notBefore;
  return notAfter - lifetime / 3 - (lifetime / 30) * chance;
}

/**
 * How long to wait after `failures` failures in a row: five minutes, doubled each time up to a day,
 * give or take a fifth. What the authority asks for (Retry-After) is kept to if it is longer: for
 * rate limits it is hours or days.
 */
export function backoffMs(failures: number, retryAfterMs: number, chance: number): number {
  const doubled = Math.min(DAY, 5 * MINUTE * 2 ** Math.min(20, failures - 1));
  return Math.max(retryAfterMs, doubled * (0.8 + 0.4 * chance));
}
