import type { RefusalKind } from "@egide/contract/receipt.ts";
import type { Lang } from "#respond/page/text.ts";

/** Words of the form; the frame around it is page/english.ts and page/french.ts. */
interface AppealText {
  readonly label: string;
  readonly hint: string;
  /** Where the address is kept with the appeal. */
  readonly address: string;
  readonly send: string;
  readonly refused: string;
  readonly when: string;
  readonly by: string;
  readonly rule: string;
  readonly until: string;
  readonly answer: string;
  readonly signed: string;
  readonly signedNote: string;
  readonly kinds: Readonly<Record<RefusalKind, string>>;
}

export const APPEAL_TEXT: Readonly<Record<Lang, AppealText>> = {
  en: {
    label: "Why should you be let in?",
    hint: "At most 2,000 characters. What you were doing helps more than who you are. It can be sent once.",
    address: "Your address is kept with it, so that the ban on it can be lifted.",
    send: "Send",
    refused: "Refused request",
    when: "Refused at",
    by: "Decided by",
    rule: "Rule",
    until: "Can be contested until",
    answer: "Answer",
    signed: "Signed receipt",
    signedNote:
      "What was decided, signed by this site’s protection. Copy it if you want proof; it does not hold your address.",
    kinds: {
      rule: "a rule of this site",
      limit: "a limit on requests",
      bot: "a rule on programs",
      mitigation: "the automatic defence, during an attack",
      waf: "the inspection of requests",
      ban: "a ban of your address",
    },
  },
  fr: {
    label: "Pourquoi devriez-vous avoir accès ?",
    hint: "2 000 caractères au plus. Ce que vous faisiez aide davantage que qui vous êtes. Un seul envoi est possible.",
    address: "Votre adresse est conservée avec lui, pour que son exclusion puisse être levée.",
    send: "Envoyer",
    refused: "Requête refusée",
    when: "Refusée le",
    by: "Décision prise par",
    rule: "Règle",
    until: "Contestable jusqu’au",
    answer: "Réponse",
    signed: "Récépissé signé",
    signedNote:
      "Ce qui a été décidé, signé par la protection de ce site. Copiez-le si vous voulez une preuve ; il ne contient pas votre adresse.",
    kinds: {
      rule: "une règle de ce site",
      limit: "une limite sur les requêtes",
      bot: "une règle sur les programmes",
      mitigation: "la défense automatique, pendant une attaque",
      waf: "l’inspection des requêtes",
      ban: "l’exclusion de votre adresse",
    },
  },
};
