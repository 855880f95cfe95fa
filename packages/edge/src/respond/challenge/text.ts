import type { Lang } from "#respond/page/text.ts";

/** What the page says while it works; the frame around it is page/english.ts and page/french.ts. */
interface ChallengeText {
  readonly working: string;
  readonly done: string;
  readonly failed: string;
  readonly cookies: string;
  /** The form could not be kept. */
  readonly again: string;
  /** Seen through the back button, after the form has been sent. */
  readonly sent: string;
  readonly progress: string;
  readonly press: string;
  readonly wait: (seconds: number) => string;
  /** The same where nothing goes on by itself. */
  readonly waitThenPress: (seconds: number) => string;
  readonly needsScript: string;
  readonly button: string;
}

export const CHALLENGE_TEXT: Readonly<Record<Lang, ChallengeText>> = {
  en: {
    working: "Checking your browser. The page goes on by itself.",
    done: "Done. The page is loading.",
    failed: "The check did not succeed. Reload this page, or press the button after a few seconds.",
    cookies:
      "Your browser does not keep this site’s cookies, and the check needs one to remember that it was met. Allow cookies for this site, then reload this page.",
    again: "The check succeeded. What you sent could not be kept: go back and send it again.",
    sent: "What you sent has arrived. There is nothing more to do on this page.",
    progress: "Progress of the check",
    press: "Press the button to begin a short check of your browser.",
    wait: (seconds) =>
      `Your browser runs no script: the page goes on by itself in ${seconds} seconds. If it does not, press the button.`,
    waitThenPress: (seconds) =>
      `Your browser runs no script: wait ${seconds} seconds, then press the button.`,
    needsScript: "This check needs JavaScript. Allow it for this site, then reload this page.",
    button: "Continue",
  },
  fr: {
    working: "Vérification de votre navigateur. La page continue d’elle-même.",
    done: "C’est fait. La page se charge.",
    failed:
      "La vérification n’a pas abouti. Rechargez cette page, ou pressez le bouton dans quelques secondes.",
    cookies:
      "Votre navigateur ne garde pas les cookies de ce site, et la vérification en a besoin d’un pour se souvenir qu’elle a réussi. Autorisez les cookies pour ce site, puis rechargez cette page.",
    again:
      "La vérification a réussi. Ce que vous avez envoyé n’a pas pu être gardé : revenez en arrière et envoyez-le de nouveau.",
    sent: "Ce que vous avez envoyé est arrivé. Il n’y a plus rien à faire sur cette page.",
    progress: "Avancement de la vérification",
    press: "Pressez le bouton pour commencer une courte vérification de votre navigateur.",
    wait: (seconds) =>
      `Votre navigateur n’exécute pas de script : la page continue d’elle-même dans ${seconds} secondes. Sinon, pressez le bouton.`,
    waitThenPress: (seconds) =>
      `Votre navigateur n’exécute pas de script : attendez ${seconds} secondes, puis pressez le bouton.`,
    needsScript:
      "Cette vérification a besoin de JavaScript. Autorisez-le pour ce site, puis rechargez cette page.",
    button: "Continuer",
  },
};
