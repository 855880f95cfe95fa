import type { FeatureName } from "#mitigate/features.ts";
import type { Measure } from "#mitigate/rule.ts";
import type { Found } from "#mitigate/search.ts";
import type { Signature } from "#mitigate/signature.ts";
import type { Met } from "#mitigate/trial.ts";

/** Images and styles are less than this of what tools ask for. */
const BARE = 0.1;
/** Less than this of ordinary traffic looks like what is meant. */
const SEEN_BY_FEW = 0.02;
const LOOKS: ReadonlySet<FeatureName> = new Set(["agent", "headers", "ja4"]);
/** So much of a crowd comes from one maker of clients, who makes at most so much of what is usual. */
const ALIKE = 0.9;
const USUAL = 0.4;

/**
 * The mildest measure that may do: programs that ask for feeds cannot solve a challenge, but they can
 * wait; browsers can be sent round without anybody's noticing; who came back from there is challenged.
 */
export function measureFor(
  found: Found,
  { people, machines, feeds, pages, assets, probed }: Met,
): Measure {
  if (valueOf(found, "cleared") === "yes") return "throttle";
  if (feeds > 0.5) return "throttle";
  const isBare = assets < BARE;
  const isOne = valueOf(found, "address") !== undefined;
  if (isOne && people === 0 && machines > 0.9 && isBare) return "block";
  // Whoever fetches what pages bring along may have a browser, however much they ask for.
  // Where newcomers look the same, they are sent round first: they do not notice.
  const isAlone = machines >= 0.5 && isBare && found.collateral < SEEN_BY_FEW;
  const mayFollow = pages + assets > 0.5 && !isAlone;
  return mayFollow && probed < 0.3 ? "probe" : "challenge";
}

/** What of a signature says which program asks: all that its requests have of it in common. */
export function looksOf({ signature }: Found): Signature {
  return signature.filter(({ feature }) => LOOKS.has(feature));
}

/**
 * A crowd whose browsers are all of one make, as no crowd's are: one visit that is played again from
 * many addresses, or people whom one app sent. To send them round once tells the two apart, and no
 * person notices. `usual`: share of ordinary requests with these looks.
 */
export function isUniform(found: Found, usual: number, { pages, assets, probed }: Met): boolean {
  const isAlike = looksOf(found).length > 0 && found.coverage > ALIKE && usual < USUAL;
  return isAlike && pages + assets > ALIKE && probed === 0;
}

function valueOf({ signature }: Found, name: string): string | undefined {
  return signature.find(({ feature }) => feature === name)?.value;
}
