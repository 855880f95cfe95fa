import type { AppError } from "@egide/std/error.ts";
import type { Locale, Texts } from "#locale.ts";
import type { StatusTable } from "#status.ts";

/** Statuses of the errors that every product's site shares. */
export const WEB_STATUSES: StatusTable = {
  "web.not_found": 404,
  "web.body_too_large": 413,
  "csrf.cross_site": 403,
  "csrf.no_token": 403,
  "csrf.token": 403,
};

/** What the errors that every product's site shares say to people. */
const WEB_TEXTS: Readonly<Record<string, Texts>> = {
  "web.not_found": {
    en: "There is nothing at this address.",
    fr: "Il n’y a rien à cette adresse.",
  },
  "web.form": {
    en: "The form can’t be read. Go back, and send it again.",
    fr: "Le formulaire est illisible. Revenez en arrière et renvoyez-le.",
  },
  "web.body_too_large": {
    en: "What you sent is too large for this site.",
    fr: "Votre envoi est trop volumineux pour ce site.",
  },
  "web.unexpected": {
    en: "Something went wrong on our side. It was noted; try again in a moment.",
    fr: "Une erreur s’est produite de notre côté. Elle a été consignée ; réessayez dans un instant.",
  },
  "csrf.cross_site": {
    en: "This request was sent by another site’s page, and was refused to protect you.",
    fr: "Cette requête provient de la page d’un autre site ; elle a été refusée pour vous protéger.",
  },
  "csrf.no_token": {
    en: "The form is incomplete. Allow cookies for this site, reload the page, and send it again.",
    fr: "Le formulaire est incomplet. Autorisez les cookies de ce site, rechargez la page et renvoyez-le.",
  },
  "csrf.token": {
    en: "The form has expired. Reload the page, and send it again.",
    fr: "Le formulaire a expiré. Rechargez la page et renvoyez-le.",
  },
};

/** What an error says to people: the product's text, the house's, or its public message. */
export function describe(
  error: AppError,
  locale: Locale,
  own: Readonly<Record<string, Texts>>,
): string {
  return (own[error.code] ?? WEB_TEXTS[error.code])?.[locale] ?? error.publicMessage;
}
