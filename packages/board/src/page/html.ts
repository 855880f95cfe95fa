import { raw } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";

/*
 * Templates for what a page shows by the hundred: half of what elements cost, and far fewer objects
 * for the collector (ADR 0216). Everything else is JSX.
 */

/** A piece of a page, safe as it stands. */
export class Html {
  readonly text: string;

  /** `text` is markup of ours: what a stranger wrote has become HTML before (markup/html.ts). */
  constructor(text: string) {
    this.text = text;
  }

  /** As JSX takes it. */
  get element(): JSX.Element {
    return raw(this.text);
  }
}

type Value = string | number | Html | readonly Html[] | null;

/**
 * The text between holds markup, what stands in `${}` is escaped: for elements, and for attributes
 * between double quotes. White space is part of the page.
 */
export function html(markup: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = markup[0] as string;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as Value;
    if (typeof value === "string") text += Bun.escapeHTML(value);
    else if (typeof value === "number") text += value;
    else if (value instanceof Html) text += value.text;
    else if (value !== null) for (const one of value) text += one.text;
    text += markup[at + 1] as string;
  }
  return new Html(text);
}

/**
 * Text that is put together is a tree of its pieces to the engine until somebody looks into it:
 * looked into a post at a time it costs less than for the page as a whole, and what is kept is kept
 * without its pieces.
 */
export function settled(piece: Html): Html {
  // Whether it is well-formed is of no interest: to know it, the engine has to write the text out.
  piece.text.isWellFormed();
  return piece;
}
