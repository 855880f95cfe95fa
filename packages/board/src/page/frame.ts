import type { Locale } from "@egide/web/locale.ts";
import type { Translate } from "#page/message/text.ts";

/** Colours that a visitor chose; `auto` follows the device. */
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export function isTheme(value: string | undefined): value is Theme {
  return value === "auto" || value === "light" || value === "dark";
}

/** What every page is drawn with: who reads it, in which language, on which site. */
export interface Frame {
  readonly locale: Locale;
  readonly t: Translate;
  readonly theme: Theme;
  readonly site: {
    readonly name: string;
    /** Without a slash at its end. */
    readonly url: string;
  };
  /** Boards in the navigation. */
  readonly boards: readonly { readonly uri: string; readonly title: string }[];
  /** Token of the visitor's forms; null on pages that a shared cache may keep. */
  readonly csrf: string | null;
  /** Path and query of the page, to come back to. */
  readonly path: string;
  /** Addresses of the style, the scripts and the icon; they change with their content. */
  readonly assets: {
    readonly css: string;
    /** The style of the pages of staff, beside the other. */
    readonly staff: string;
    readonly script: string;
    /** Works for posts, where a board asks for it: fetched once somebody begins to write. */
    readonly proof: string;
    readonly icon: string;
  };
  /** Whether the reader is signed in as staff. */
  readonly isStaff: boolean;
}
