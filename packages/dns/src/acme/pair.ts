/** A certificate chain with its key, both PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}
