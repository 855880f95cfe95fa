/** The languages that the product speaks. */
export const LOCALES = ["en", "fr"] as const;
export type Locale = (typeof LOCALES)[number];

/** A text in every language of the product. */
export type Texts = Readonly<Record<Locale, string>>;

export function isLocale(value: string | undefined): value is Locale {
  return value === "en" || value === "fr";
}

/**
 * The language to answer in: what the visitor chose, else what Accept-Language prefers
 * (RFC 9110, section 12.5.4; a range matches by its primary subtag, RFC 4647, section 3.4),
 * else the site's own.
 */
export function localeOf(
  chosen: string | undefined,
  accept: string | undefined,
  fallback: Locale,
): Locale {
  if (isLocale(chosen)) return chosen;
  let best: Locale | null = null;
  let weight = 0;
  // A header of a hundred ranges is nobody's: what stands behind the first few can't matter.
  for (const range of (accept ?? "").slice(0, 256).split(",")) {
    const [tag = "", ...parameters] = range.trim().toLowerCase().split(";");
    const quality = qualityOf(parameters);
    const primary = tag.split("-", 1)[0];
    const locale = primary === "*" ? fallback : primary;
    if (isLocale(locale) && quality > weight) {
      best = locale;
      weight = quality;
    }
  }
  return best ?? fallback;
}

function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const [name, value] = parameter.trim().split("=");
    if (name !== "q") continue;
    const quality = Number(value);
    return quality >= 0 && quality <= 1 ? quality : 0;
  }
  return 1;
}
