/** Where batches of whole lines go. One write at a time. */
export interface LogTarget {
  /** `bytes` is the target's until `done`, which is called exactly once and never within `write`. */
  write(bytes: Uint8Array, done: (error: Error | null) => void): void;
  /** Opens its file anew before the next write: somebody may have moved it (SIGHUP). */
  reopen(): void;
  close(): void;
}
