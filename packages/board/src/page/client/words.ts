/** What the script says, in the page's language: put in place when it is bundled. */
export interface Words {
  readonly lang: string;
  readonly watch: string;
  readonly unwatch: string;
  readonly watched: string;
  readonly close: string;
  readonly sending: string;
  readonly failed: string;
  readonly held: string;
  readonly live: string;
  readonly stale: string;
  readonly arrived: string;
  readonly op: string;
  readonly you: string;
  readonly cross: string;
  readonly filter: string;
  readonly noMatch: string;
  readonly shrink: string;
  readonly why: string;
}

declare const WORDS: Words;
export const words = WORDS;
