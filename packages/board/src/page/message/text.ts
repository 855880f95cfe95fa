import type { Locale } from "@egide/web/locale.ts";
import { IntlMessageFormat } from "intl-messageformat";
import { EN, FR, type MessageKey } from "#page/message/catalogue.ts";

export type Values = Readonly<Record<string, string | number | Date>>;

/** Says a message of the catalogue in one language, with its values in place. */
export type Translate = (key: MessageKey, values?: Values) => string;

const CATALOGUES = { en: EN, fr: FR } as const;

function translator(locale: Locale): Translate {
  const catalogue = CATALOGUES[locale];
  const compiled = new Map<MessageKey, Said>();
  return (key, values) => {
    const text = catalogue[key];
    // Most messages have no argument: they are said as they stand.
    if (values === undefined) return text;
    let message = compiled.get(key);
    if (message === undefined) {
      message = compile(text, locale);
      compiled.set(key, message);
    }
    return message(values);
  };
}

/** Kinds of parts, by the parser's numbers (TYPE of @formatjs/icu-messageformat-parser). */
const LITERAL = 0;
const ARGUMENT = 1;

type Said = (values: Values) => string;

/** Most messages only have names and numbers in them as they stand; a few follow a language's rules. */
function compile(text: string, locale: Locale): Said {
  const message = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
  const parts = message.getAst().flatMap((part) => {
    const type: number = part.type;
    const isPlain = "value" in part && (type === LITERAL || type === ARGUMENT);
    return isPlain ? [{ isText: type === LITERAL, value: part.value }] : [];
  });
  if (parts.length < message.getAst().length) return (values) => String(message.format(values));
  return (values) => {
    let said = "";
    for (const { isText, value } of parts) {
      const given = isText ? value : values[value];
      // The formatter says what is missing.
      if (given === undefined) return String(message.format(values));
      said += String(given);
    }
    return said;
  };
}

const TRANSLATORS = { en: translator("en"), fr: translator("fr") } as const;

export function translate(locale: Locale): Translate {
  return TRANSLATORS[locale];
}
