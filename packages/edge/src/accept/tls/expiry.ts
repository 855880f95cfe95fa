import type { Certificate } from "#accept/tls/certificate.ts";

/** How near a certificate's end is; each stage is worse than the one before it. */
export const EXPIRY_STAGES = ["fine", "soon", "urgent", "expired"] as const;
export type ExpiryStage = (typeof EXPIRY_STAGES)[number];

/**
 * Renewal is due at a third of the lifetime left; what is below a fifth was forgotten, below a
 * fifteenth (six days of ninety) nobody is looking. Fractions hold for six-day certificates as well.
 */
export function expiryStage(
  { notBefore, notAfter }: Pick<Certificate, "notBefore" | "notAfter">,
  now: number,
): ExpiryStage {
  const left = (notAfter - now) / (notAfter - notBefore);
  if (left <= 0) return "expired";
  if (left < 1 / 15) return "urgent";
  return left < 1 / 5 ? "soon" : "fine";
}
