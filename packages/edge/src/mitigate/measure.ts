import type { Measure } from "#mitigate/rule.ts";
import type { Found } from "#mitigate/search.ts";
import type { Met } from "#mitigate/trial.ts";

/** Of a feed's readers, requests a second that pass in any case, and times the usual. */
const LEAST_PACE = 1;
const PACE_FACTOR = 2;
/** So much of a crowd comes from one maker of clients, who makes at most so much of what is usual. */
const ALIKE = 0.9;
const USUAL = 0.4;

/**
 * The mildest measure that may do: programs that ask for feeds cannot solve a challenge, but they can
 * wait; browsers can be sent round without anybody's noticing; who came back from there is challenged.
 */
export function measureFor(found: Found, { people, machines, feeds, pages, probed }: Met): Measure {
  if (valueOf(found, "cleared") === "yes") return "throttle";
  if (feeds > 0.5) return "throttle";
  if (valueOf(found, "address") !== undefined && people === 0 && machines > 0.9) return "block";
  return pages > 0.5 && machines < 0.5 && probed < 0.3 ? "probe" : "challenge";
}

/** Requests a second that all whom a rule means may make together where it only slows them. */
export function paceFor({ expected }: Found): number {
  return Math.max(LEAST_PACE, expected * PACE_FACTOR);
}

/**
 * A crowd whose browsers are all of one make, as no crowd's are: one visit that is played again from
 * many addresses, or people whom one app sent. To send them round once tells the two apart, and no
 * person notices.
 */
export function isUniform(found: Found, { pages, assets, probed }: Met): boolean {
  const isAlike = found.signature.some(
    ({ feature }) => feature === "agent" || feature === "headers" || feature === "ja4",
  );
  return (
    isAlike &&
    found.coverage > ALIKE &&
    found.collateral < USUAL &&
    pages + assets > ALIKE &&
    probed === 0
  );
}

function valueOf({ signature }: Found, name: string): string | undefined {
  return signature.find(({ feature }) => feature === name)?.value;
}
