import { AppError } from "@egide/std/error.ts";
import type { Texts } from "@egide/web/locale.ts";

/** What the errors of these routes say to people, beside those of the services. */
export const API_TEXTS = {
  "board.embed_unknown": {
    en: "Only threads of this site can be embedded.",
    fr: "Seuls les fils de ce site peuvent être incorporés.",
  },
  "board.embed_format": {
    en: "Only JSON is answered here.",
    fr: "Seul le format JSON est disponible ici.",
  },
  "board.sign_in": {
    en: "Sign in first: a board needs an owner.",
    fr: "Connectez-vous d’abord : un forum a besoin d’un responsable.",
  },
  "board.banned": {
    en: "You may not post here for now.",
    fr: "Vous ne pouvez pas écrire ici pour l’instant.",
  },
  "board.unread": {
    en: "Moderators decided about an earlier post of yours. Read why; then send this one again.",
    fr: "Les modérateurs ont pris une décision sur l’un de vos messages. Lisez-la, puis renvoyez celui-ci.",
  },
  "board.too_fast": {
    en: "That is too much at once. Wait a little, then send it again.",
    fr: "C’est trop à la fois. Patientez un peu, puis renvoyez.",
  },
  "board.no_capcode": {
    en: "Your account may not write as staff here.",
    fr: "Votre compte ne peut pas écrire ici au nom de l’équipe.",
  },
  "board.no_role": {
    en: "Your account has no role on this site. Whoever runs it can give you one.",
    fr: "Votre compte n’a aucun rôle sur ce site. Ses responsables peuvent vous en donner un.",
  },
  "board.no_category": {
    en: "Say what the report is about.",
    fr: "Indiquez l’objet du signalement.",
  },
} as const satisfies Readonly<Record<string, Texts>>;

export const API_STATUSES: Readonly<Record<keyof typeof API_TEXTS, number>> = {
  "board.embed_unknown": 404,
  "board.embed_format": 501,
  "board.sign_in": 401,
  "board.banned": 403,
  "board.unread": 409,
  "board.no_category": 422,
  "board.too_fast": 429,
  "board.no_capcode": 403,
  "board.no_role": 403,
};

export function apiError(code: keyof typeof API_TEXTS): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage: API_TEXTS[code].en });
}
