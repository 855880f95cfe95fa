import { AppError } from "@egide/std/error.ts";
import type { Texts } from "@egide/web/locale.ts";

/** What goes wrong with lists of hashes, in the words of whoever runs the board. */
export const MATCH_TEXTS = {
  "match.list_entry": {
    en: "An entry of the list is not a hash of the kind that it names. Nothing of the list was taken.",
    fr: "Une entrée de la liste n’est pas une empreinte du type indiqué. Rien n’a été repris de la liste.",
  },
  "match.list_format": {
    en: "The list is in none of the forms that can be read here.",
    fr: "La liste n’est dans aucun des formats lisibles ici.",
  },
} as const satisfies Readonly<Record<string, Texts>>;

/** A list that can't be read; `place` is the line or record at fault, from 1, where there is one. */
export class ListError extends AppError {
  readonly place: number | null;

  constructor(code: keyof typeof MATCH_TEXTS, place: number | null, cause?: unknown) {
    super({
      code,
      source: "client",
      retry: false,
      publicMessage: `${MATCH_TEXTS[code].en}${place === null ? "" : ` (${place})`}`,
      ...(cause === undefined ? {} : { cause }),
    });
    this.place = place;
  }
}
