import type { Field } from "#drill/attack/attack.ts";
import type { Outcome } from "#drill/outcome.ts";
import { Person } from "#drill/person.ts";
import { browser } from "#drill/request.ts";

/** Groups of addresses. */
const CROWD = 0;
const SHARED = 1;

interface Crowd {
  readonly people: number;
  /** Pages that they read; else all of the site. */
  readonly pages?: readonly string[];
  /** Milliseconds between two pages, on average. */
  readonly think: number;
  /** They come one after the other over so many milliseconds. */
  readonly ramp: number;
  /** All behind one address. */
  readonly isShared?: boolean;
  /** Share of visits on which a form is sent, where the site has one. */
  readonly writes?: number;
}

export function tell(field: Field): (outcome: Outcome, ms: number) => void {
  return (outcome, ms) => field.told({ at: field.now(), ms, outcome });
}

/** Many people with browsers who come at once. */
export function crowd(field: Field, options: Crowd): { stop(): void } {
  const { target, random } = field;
  const { people, think, ramp, isShared = false, writes = 0 } = options;
  const site = { ...field.site, pages: options.pages ?? field.site.pages };
  const all = Array.from({ length: people }, (_, n) => {
    const address = isShared ? field.address(SHARED, 0) : field.address(CROWD, n);
    const looks = browser(random);
    const told = tell(field);
    return new Person({ target, address, looks, site, random, think, writes, told });
  });
  for (const [n, person] of all.entries()) person.start((n / people) * ramp);
  return {
    stop() {
      for (const person of all) person.stop();
    },
  };
}

/** What of a site is news: a page that is not its first. */
export const article = ({ site }: Field): string => site.pages[2] ?? site.pages[0] ?? "/";
