import { KNOWN } from "#mitigate/fields.ts";
import { FEATURES, type FeatureName, PLACE } from "#mitigate/features.ts";

/** One feature that has one value. */
export interface Condition {
  readonly feature: FeatureName;
  readonly value: string;
}

/** What an attack's requests have in common: all conditions hold. Empty: any request. */
export type Signature = readonly Condition[];

/** True where a request with these features bears the signature. */
export function bears(features: readonly string[], signature: Signature): boolean {
  return signature.every(({ feature, value }) => features[PLACE[feature]] === value);
}

/**
 * The signature in the rules language. Who was known before the attack is never meant, so long as
 * they ask no faster than they did (`egide.visitor.known`).
 */
export function toExpression(signature: Signature): string {
  const parts = signature.map(({ feature, value }) => FEATURES[PLACE[feature]]!.expression(value));
  return [...parts, `not ${KNOWN}`].join(" and ");
}

/** Two rules for the same thing would count its requests twice. */
export function signatureKey(signature: Signature): string {
  return signature
    .map(({ feature, value }) => `${feature}=${value}`)
    .sort()
    .join("\n");
}
