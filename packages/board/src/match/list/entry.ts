/** How a picture or a file is known: by its look, or by its very bytes. */
export const SIGNALS = ["pdq", "md5", "sha256"] as const;
export type Signal = (typeof SIGNALS)[number];

/** One line of a list of known hashes. */
export interface HashEntry {
  readonly signal: Signal;
  /** Hexadecimal, lower case. */
  readonly value: string;
  readonly tags: readonly string[];
  /** A line that takes back an earlier one. */
  readonly withdrawn: boolean;
}

const DIGITS: Readonly<Record<Signal, number>> = { pdq: 64, md5: 32, sha256: 64 };

/** The value in its one spelling; null where it is no hash of this kind. */
export function hashValue(signal: Signal, text: string): string | null {
  const value = text.trim().toLowerCase();
  return value.length === DIGITS[signal] && /^[0-9a-f]+$/.test(value) ? value : null;
}
