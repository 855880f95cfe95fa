import { spaced } from "#french.ts";
import type { Locale } from "#locale.ts";

/** What the account pages say. */
const EN = {
  signIn: "Sign in",
  signOut: "Sign out",
  signOutEverywhere: "Sign out everywhere",
  register: "Create an account",
  account: "Your account",
  username: "User name",
  usernameHint: "3 to 30 letters, digits, dots or underscores",
  password: "Password",
  passwordHint: "12 characters or more",
  newPassword: "New password",
  currentPassword: "Current password",
  changePassword: "Change the password",
  passwordChanged: "The password is changed, and your other sessions have ended.",
  secondFactor: "Second factor",
  code: "Code from your app, or one of your recovery codes",
  confirmCode: "Code that the app shows now",
  go: "Continue",
  factorOn: "A code from your app is asked for at every sign-in.",
  factorOff: "Only your password protects this account.",
  turnOn: "Set up an authenticator app",
  turnOff: "Stop asking for codes",
  scan: "Scan this with your authenticator app, or enter the key by hand.",
  key: "Key:",
  recovery: "Recovery codes",
  recoveryHint:
    "Each works once, where the app is lost. They are shown this one time: keep them safe.",
  passkeys: "Passkeys",
  noPasskeys: "There is no passkey yet.",
  addPasskey: "Add a passkey",
  usePasskey: "Sign in with a passkey",
  passkeyName: "Name of this device",
  remove: "Remove",
  needsScript: "Passkeys need JavaScript.",
  noAccount: "No account yet?",
};
export type AccountWords = typeof EN;

const FR: AccountWords = allSpaced({
  signIn: "Se connecter",
  signOut: "Se déconnecter",
  signOutEverywhere: "Se déconnecter partout",
  register: "Créer un compte",
  account: "Votre compte",
  username: "Nom d’utilisateur",
  usernameHint: "3 à 30 lettres, chiffres, points ou tirets bas",
  password: "Mot de passe",
  passwordHint: "12 caractères au moins",
  newPassword: "Nouveau mot de passe",
  currentPassword: "Mot de passe actuel",
  changePassword: "Changer le mot de passe",
  passwordChanged: "Le mot de passe est changé et vos autres sessions ont été fermées.",
  secondFactor: "Second facteur",
  code: "Code de votre application, ou l’un de vos codes de secours",
  confirmCode: "Code affiché en ce moment par l’application",
  go: "Continuer",
  factorOn: "Un code de votre application est demandé à chaque connexion.",
  factorOff: "Seul votre mot de passe protège ce compte.",
  turnOn: "Configurer une application d’authentification",
  turnOff: "Ne plus demander de code",
  scan: "Scannez ceci avec votre application d’authentification, ou saisissez la clé à la main.",
  key: "Clé :",
  recovery: "Codes de secours",
  recoveryHint:
    "Chacun sert une fois, en cas de perte de l’application. Ils ne sont affichés que cette fois : gardez-les en lieu sûr.",
  passkeys: "Clés d’accès",
  noPasskeys: "Il n’y a pas encore de clé d’accès.",
  addPasskey: "Ajouter une clé d’accès",
  usePasskey: "Se connecter avec une clé d’accès",
  passkeyName: "Nom de cet appareil",
  remove: "Retirer",
  needsScript: "Les clés d’accès nécessitent JavaScript.",
  noAccount: "Pas encore de compte ?",
});

function allSpaced(words: AccountWords): AccountWords {
  const entries = Object.entries(words).map(([name, text]) => [name, spaced(text)]);
  return Object.fromEntries(entries) as AccountWords;
}

export function accountWords(locale: Locale): AccountWords {
  return locale === "fr" ? FR : EN;
}
