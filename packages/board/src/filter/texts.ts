import type { Texts } from "@egide/web/locale.ts";

/** Why a post is not taken, in the words of whoever wrote it. The form keeps what they wrote. */
export const FILTER_TEXTS = {
  "filter.word": {
    en: "The post holds a word or phrase that is not taken here.",
    fr: "Le message contient un mot ou une expression refusés ici.",
  },
  "filter.link": {
    en: "The post links to a site that is not taken here.",
    fr: "Le message renvoie vers un site refusé ici.",
  },
  "filter.links": {
    en: "The post holds too many links.",
    fr: "Le message contient trop de liens.",
  },
  "filter.flood": {
    en: "You are posting faster than this board takes. Wait a little, then send it again.",
    fr: "Vous publiez plus vite que ce forum ne l’accepte. Patientez un peu, puis renvoyez le message.",
  },
  "filter.duplicate_text": {
    en: "The same text was posted here a short while ago.",
    fr: "Le même texte a été publié ici il y a peu.",
  },
  "filter.duplicate_file": {
    en: "The same file was posted here already.",
    fr: "Le même fichier a déjà été publié ici.",
  },
  "filter.listed_address": {
    en: "Your address stands on a list of addresses that send spam. Another connection may do.",
    fr: "Votre adresse figure sur une liste d’expéditeurs de pourriels. Essayez une autre connexion.",
  },
  "filter.proof_needed": {
    en: "Before this post a short calculation is due, as for all who are new here, come through Tor, or have an address that lists of spam name.",
    fr: "Un court calcul est demandé avant ce message, comme à tous ceux qui sont nouveaux ici, passent par Tor ou ont une adresse que citent des listes de pourriels.",
  },
  "filter.proof_failed": {
    en: "The calculation was not right, or too old. It begins anew.",
    fr: "Le calcul était inexact ou trop ancien. Il recommence.",
  },
  "filter.proof_early": {
    en: "That was a little early.",
    fr: "C’était un peu tôt.",
  },
  "filter.tor": {
    en: "This board takes no posts through Tor. It can be read, and other boards may take them.",
    fr: "Ce forum n’accepte pas de messages passant par Tor. On peut le lire ; d’autres forums les acceptent peut-être.",
  },
  "filter.bad_pattern": {
    en: "What the filter looks for can’t be read, or is too long.",
    fr: "Ce que le filtre cherche est illisible ou trop long.",
  },
} as const satisfies Readonly<Record<string, Texts>>;

export type FilterFault = keyof typeof FILTER_TEXTS;

/** The statuses that are not 400. */
export const FILTER_STATUSES = {
  "filter.flood": 429,
  "filter.listed_address": 403,
  "filter.proof_needed": 403,
  "filter.proof_failed": 403,
  "filter.proof_early": 403,
  "filter.tor": 403,
} as const;
