import type { Texts } from "@egide/web/locale.ts";

/** What people read of what moderation refuses. Codes that are missing here say it themselves. */
export const MODERATION_TEXTS: Readonly<Record<string, Texts>> = {
  "board.not_found": {
    en: "There is nothing at this address.",
    fr: "Il n’y a rien à cette adresse.",
  },
  "board.not_allowed": {
    en: "Your role does not allow this here.",
    fr: "Votre rôle ne le permet pas ici.",
  },
  "board.import_busy": {
    en: "A board is being brought in already. Try again once that has ended.",
    fr: "Un forum est déjà en train d’être repris. Réessayez quand ce sera terminé.",
  },
  "board.export_busy": {
    en: "An export is under way already. Try again once it has ended.",
    fr: "Une exportation est déjà en cours. Réessayez quand elle sera terminée.",
  },
  "board.same_person": {
    en: "Somebody else has to decide this.",
    fr: "Cette décision revient à quelqu’un d’autre.",
  },
  "board.already_decided": {
    en: "This was decided already.",
    fr: "La décision est déjà prise.",
  },
  "board.not_contestable": {
    en: "This can’t be contested, or not any more.",
    fr: "Ceci ne peut pas, ou plus, être contesté.",
  },
  "board.act_pointless": {
    en: "That makes no sense for this post as it is now.",
    fr: "Cela n’a pas de sens pour ce message dans son état actuel.",
  },
  "board.undo_too_late": {
    en: "An action can be undone for 30 days.",
    fr: "Une mesure peut être annulée pendant 30 jours.",
  },
  "board.legal_hold": {
    en: "This post is under legal hold: it can’t be shown or changed.",
    fr: "Ce message est conservé pour la justice : il ne peut être ni affiché ni modifié.",
  },
  "board.hold_state": {
    en: "This hold is not in a state that allows it.",
    fr: "L’état de cette conservation ne le permet pas.",
  },
  "board.appealed_already": {
    en: "You have appealed already; a decision can be appealed once.",
    fr: "Vous avez déjà contesté cette décision ; on ne peut le faire qu’une fois.",
  },
  "board.appeal_too_late": {
    en: "The time to appeal is over.",
    fr: "Le délai pour contester est écoulé.",
  },
  "board.no_trace": {
    en: "What this would go by is not kept any more.",
    fr: "Ce sur quoi cela s’appuierait n’est plus conservé.",
  },
  "board.last_admin": {
    en: "The last admin can’t be taken away.",
    fr: "Le dernier administrateur ne peut pas être retiré.",
  },
  "board.no_measure": {
    en: "Say what is to be done.",
    fr: "Indiquez ce qu’il faut faire.",
  },
  "board.no_rule": {
    en: "Say which rule of the board it is about.",
    fr: "Indiquez la règle dont il s’agit.",
  },
  "board.bad_reason": {
    en: "Say why, in 1000 characters at most: the person concerned reads it.",
    fr: "Dites pourquoi, en 1000 caractères au plus : la personne concernée le lira.",
  },
  "board.bad_text": {
    en: "Something is missing in the form, or too long.",
    fr: "Il manque quelque chose dans le formulaire, ou c’est trop long.",
  },
  "board.no_words": {
    en: "Say in a few words why; 2000 characters at most.",
    fr: "Dites en quelques mots pourquoi ; 2000 caractères au plus.",
  },
  "board.bad_end": {
    en: "The end is not possible: a ban ends in the future, within ten years, or never; eased, earlier than before.",
    fr: "Cette fin n’est pas possible : une exclusion finit dans l’avenir, sous dix ans, ou jamais ; allégée, plus tôt qu’avant.",
  },
  "board.bad_pattern": {
    en: "The text to look for has four letters or more, and 500 at most.",
    fr: "Le texte à chercher compte au moins quatre lettres et 500 au plus.",
  },
  "board.report_too_long": {
    en: "A report has 2000 characters at most.",
    fr: "Un signalement compte 2000 caractères au plus.",
  },
  "board.no_person": {
    en: "There is no account of this name.",
    fr: "Aucun compte ne porte ce nom.",
  },
};
