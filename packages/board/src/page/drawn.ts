import type { Locale } from "@egide/web/locale.ts";
import { type Html, settled } from "#page/html.ts";

/* Much of what a page shows was drawn before. */

/** What was drawn of things, for as long as the things themselves are kept. */
export class DrawnOf<Thing extends object> {
  readonly #kept = new WeakMap<Thing, Partial<Record<Locale, Html>>>();

  /** `draw` may depend on nothing but the thing and the language. */
  get(thing: Thing, locale: Locale, draw: () => Html): Html {
    let known = this.#kept.get(thing);
    if (known === undefined) {
      known = {};
      this.#kept.set(thing, known);
    }
    return (known[locale] ??= settled(draw()));
  }
}
