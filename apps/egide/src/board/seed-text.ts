interface Seed {
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  /** Subject, opening post, replies; `{no}` is the opening post's number. */
  readonly texts: readonly (readonly [subject: string, opening: string, ...replies: string[]])[];
}

/** What a newcomer finds: enough to see how things look, nothing that anybody would miss. */
export const SEEDS: readonly Seed[] = [
  {
    uri: "egide",
    title: "Égide",
    subtitle: "About this site and what protects it · À propos de ce site",
    texts: [
      [
        "Welcome · Bienvenue",
        "This is a real site, and **Égide stands before it**: every request goes through the edge, which decides, caches, challenges or refuses it.\n\nPost something, with a picture if you like. `curl` this page, send it an attack, or start a drill against it:\n```\negide drill\n```\n==En français==\nCeci est un vrai site, et **Égide se tient devant lui**. Écrivez, répondez, signalez ; tout marche sans JavaScript.",
        ">>{no}\n>every request goes through the edge\nLook at the headers of this page: `via` names it, and `cache-status` says where the page came from.",
        ">>{no} Dice work too: ##2d6",
      ],
      [
        "How it is moderated · Comment c’est modéré",
        "Whoever is moderated hears which rule it was and why, and may appeal once, to somebody else. Whoever reports hears what became of it. The log of this board is public.\n\nReports of threats to life come first, and ring somebody.",
      ],
    ],
  },
  {
    uri: "b",
    title: "Random · Tout et rien",
    subtitle: "Anything within the rules · Tout ce que les règles permettent",
    texts: [
      [
        "First · Premier",
        "Greentext:\n>like this\n||a spoiler||, ''italics'', ~~struck~~ and >>>/egide/ for another board.",
        ">>{no}\nA reply that quotes you shows up below your post.",
      ],
    ],
  },
];
