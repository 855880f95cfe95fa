/** What the demonstration says, in the two languages of the house. */
export interface DemoText {
  readonly lang: "en" | "fr";
  readonly home: string;
  readonly other: { readonly href: string; readonly name: string; readonly lang: string };
  readonly title: string;
  readonly lead: string;
  readonly skip: string;
  readonly answer: readonly [title: string, text: string, protocol: string];
  readonly request: readonly [title: string, text: string];
  readonly cache: readonly [title: string, text: string, button: string];
  readonly clock: readonly [title: string, text: string];
  readonly upload: readonly [title: string, text: string, label: string, button: string];
  readonly next: readonly [title: string, text: string, missing: string];
  readonly uploaded: (bytes: number, ms: number) => string;
  readonly back: string;
  readonly footer: string;
  readonly noScript: string;
  readonly missing: string;
}

export const ENGLISH: DemoText = {
  lang: "en",
  home: "/",
  other: { href: "/fr", name: "Français", lang: "fr" },
  title: "This page came to you through Égide",
  lead: "A small site that knows nothing of the web's dangers stands behind the edge. Below you see what the edge did with your requests.",
  skip: "Skip to the content",
  answer: [
    "What the edge answered",
    "Fields that your browser received with this page.",
    "Protocol",
  ],
  request: [
    "What reached the site",
    "Your request as the site behind the edge saw it. Fields that a stranger could forge were rebuilt.",
  ],
  cache: [
    "Cache",
    "The site counts how often it is asked and lets the edge keep its answer for ten seconds. Ask as fast as you like.",
    "Ask again",
  ],
  clock: ["Nothing is held back", "Server-sent events: each tick passes the edge at once."],
  upload: [
    "Upload",
    "Bodies stream through; the site counts the bytes and throws them away.",
    "File",
    "Send",
  ],
  next: [
    "Your own site",
    "Stop this one with Ctrl-C, then put your own behind the edge:",
    "See the page for what is missing",
  ],
  uploaded: (bytes, ms) => `${bytes.toLocaleString("en")} bytes arrived in ${ms} ms.`,
  back: "Back to the start",
  footer: "This site asks nothing of third parties and keeps nothing.",
  noScript: "Without scripts the clock and the counter stand still; everything else works.",
  missing: "The site has no such page.",
};

export const FRENCH: DemoText = {
  lang: "fr",
  home: "/fr",
  other: { href: "/", name: "English", lang: "en" },
  title: "Cette page vous parvient à travers Égide",
  lead: "Un petit site qui ignore tout des dangers du web se tient derrière Égide. Voici ce qu’il est advenu de vos requêtes.",
  skip: "Aller au contenu",
  answer: [
    "Ce qu’Égide a répondu",
    "Champs que votre navigateur a reçus avec cette page.",
    "Protocole",
  ],
  request: [
    "Ce que le site a reçu",
    "Votre requête telle que le site l’a vue. Les champs qu’un inconnu pourrait contrefaire ont été refaits.",
  ],
  cache: [
    "Cache",
    "Le site compte les demandes et permet à Égide de garder sa réponse dix secondes. Demandez aussi vite que vous voulez.",
    "Redemander",
  ],
  clock: [
    "Rien n’est retenu",
    "Événements envoyés par le serveur : chaque battement passe aussitôt.",
  ],
  upload: [
    "Envoi",
    "Les corps passent au fil de l’eau ; le site compte les octets et les oublie.",
    "Fichier",
    "Envoyer",
  ],
  next: [
    "Votre propre site",
    "Arrêtez celui-ci avec Ctrl-C, puis placez le vôtre derrière Égide :",
    "Voir la page de ce qui n’existe pas",
  ],
  uploaded: (bytes, ms) => `${bytes.toLocaleString("fr")} octets reçus en ${ms} ms.`,
  back: "Retour au début",
  footer: "Ce site ne demande rien à des tiers et ne garde rien.",
  noScript: "Sans scripts, l’horloge et le compteur restent immobiles ; tout le reste marche.",
  missing: "Le site n’a pas cette page.",
};
