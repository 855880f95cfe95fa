import type { Locale } from "@egide/web/locale.ts";
import { raw } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";

/* Drawing is most of what a page costs; most of what a page shows was drawn before. */

type Html = ReturnType<typeof raw>;

/** What was drawn of things, for as long as the things themselves are kept. */
export class DrawnOf<Thing extends object> {
  readonly #kept = new WeakMap<Thing, Partial<Record<Locale, Html>>>();

  /** `draw` may depend on nothing but the thing and the language. */
  get(thing: Thing, locale: Locale, draw: () => JSX.Element): Html {
    let known = this.#kept.get(thing);
    if (known === undefined) {
      known = {};
      this.#kept.set(thing, known);
    }
    return (known[locale] ??= fixed(draw()));
  }
}

function fixed(drawn: JSX.Element): Html {
  if (drawn instanceof Promise) throw new TypeError("a page has no part that is waited for");
  return raw(drawn.toString());
}
