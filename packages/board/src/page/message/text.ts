import type { Locale } from "@egide/web/locale.ts";
import { IntlMessageFormat } from "intl-messageformat";
import { EN, FR, type MessageKey } from "#page/message/catalogue.ts";

export type Values = Readonly<Record<string, string | number | Date>>;

/** Says a message of the catalogue in one language, with its values in place. */
export type Translate = (key: MessageKey, values?: Values) => string;

const CATALOGUES = { en: EN, fr: FR } as const;

function translator(locale: Locale): Translate {
  const catalogue = CATALOGUES[locale];
  const compiled = new Map<MessageKey, IntlMessageFormat>();
  return (key, values) => {
    const text = catalogue[key];
    // Most messages have no argument: they are said as they stand.
    if (values === undefined) return text;
    let message = compiled.get(key);
    if (message === undefined) {
      message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
      compiled.set(key, message);
    }
    return String(message.format(values));
  };
}

const TRANSLATORS = { en: translator("en"), fr: translator("fr") } as const;

export function translate(locale: Locale): Translate {
  return TRANSLATORS[locale];
}
