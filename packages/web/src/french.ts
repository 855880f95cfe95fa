/**
 * French typography for texts that were typed with plain spaces: a narrow no-break space before
 * `;`, `!` and `?`, a no-break space before `:` and `%`, inside guillemets and after `nº` (Lexique
 * des règles typographiques en usage à l’Imprimerie nationale). For our own texts, not for those of
 * people.
 */
export function spaced(text: string): string {
  return text
    .replace(/ ([;!?])/g, "\u202f$1")
    .replace(/ ([:%»])/g, "\u00a0$1")
    .replace(/(«|nº) /g, "$1\u00a0");
}
