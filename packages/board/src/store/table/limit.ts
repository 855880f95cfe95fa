/** How far something that is limited is used up (store/limits.ts). Rows whose moment is past mean nothing. */
export interface LimitUseTable {
  /** Keyed hash of what is counted, and of whom. */
  readonly key: string;
  /** When it would be as if nothing had ever come: milliseconds since the epoch. */
  due: number;
  /** How far ahead that may be. */
  room: number;
}
