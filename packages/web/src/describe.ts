import type { AppError } from "@egide/std/error.ts";
import { spaced } from "#french.ts";
import type { Locale, Texts } from "#locale.ts";
import { SaidError } from "#said-error.ts";
import type { StatusTable } from "#status.ts";

/** Statuses of the errors that every product's site shares. */
export const WEB_STATUSES: StatusTable = {
  "web.not_found": 404,
  "web.body_too_large": 413,
  "csrf.cross_site": 403,
  "csrf.no_token": 403,
  "csrf.token": 403,
  "account.sign_in_first": 401,
  "account.refused": 401,
  "account.wrong_password": 403,
  "account.factor_not_set": 403,
  "account.second_factor": 401,
  "account.locked": 429,
  "account.taken": 409,
  "account.closed": 403,
  "account.unverified": 401,
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
  "account.sign_in_first": {
    en: "Sign in to see this page.",
    fr: "Connectez-vous pour voir cette page.",
  },
  "account.refused": {
    en: "The user name or the password is wrong.",
    fr: "Le nom d’utilisateur ou le mot de passe est incorrect.",
  },
  "account.wrong_password": {
    en: "The current password is wrong. Nothing was changed.",
    fr: "Le mot de passe actuel est incorrect. Rien n’a été changé.",
  },
  "account.factor_not_set": {
    en: "The code did not match, and nothing was changed. Begin again with a new key.",
    fr: "Le code ne correspond pas et rien n’a été changé. Recommencez avec une nouvelle clé.",
  },
  "account.second_factor": {
    en: "This code is wrong or has expired.",
    fr: "Ce code est incorrect ou a expiré.",
  },
  "account.locked": {
    en: "Too many attempts. Wait a few minutes before you try again.",
    fr: "Trop de tentatives. Patientez quelques minutes avant de réessayer.",
  },
  "account.taken": {
    en: "This user name is taken.",
    fr: "Ce nom d’utilisateur est déjà pris.",
  },
  "account.username": {
    en: "A user name has 3 to 30 letters, digits, dots or underscores.",
    fr: "Un nom d’utilisateur compte de 3 à 30 lettres, chiffres, points ou tirets bas.",
  },
  "account.password": {
    en: "A password has 12 to 128 characters.",
    fr: "Un mot de passe compte de 12 à 128 caractères.",
  },
  "account.unverified": {
    en: "Your device has to ask for its PIN, your finger or your face. Set that up, and try again.",
    fr: "Votre appareil doit demander son code PIN, votre doigt ou votre visage. Configurez cela, puis réessayez.",
  },
  "account.unavailable": {
    en: "Accounts can’t be reached at the moment. Try again in a moment.",
    fr: "Les comptes sont injoignables pour l’instant. Réessayez dans un instant.",
  },
  "sql.unavailable": {
    en: "The site’s records can’t be reached at the moment. Try again in a moment.",
    fr: "Les données du site sont injoignables pour l’instant. Réessayez dans un instant.",
  },
  "account.closed": {
    en: "New accounts are given out by the people who run this site.",
    fr: "Les nouveaux comptes sont attribués par les responsables de ce site.",
  },
};

/** What an error says to people: its own words, the product's, the house's, or its public message. */
export function describe(
  error: AppError,
  locale: Locale,
  own: Readonly<Record<string, Texts>>,
): string {
  if (error instanceof SaidError) return error.texts[locale];
  const text = (own[error.code] ?? WEB_TEXTS[error.code])?.[locale];
  if (text === undefined) return error.publicMessage;
  return locale === "fr" ? spaced(text) : text;
}
