import { AppError } from "@egide/std/error.ts";

/** Why something was not done, with what people read of it. */
const FAULTS = {
  no_board: [404, "There is no such board.", "Ce forum n’existe pas."],
  no_thread: [404, "There is no such thread.", "Ce fil n’existe pas."],
  no_post: [404, "There is no such post.", "Ce message n’existe pas."],
  closed: [403, "This board takes no posts.", "Ce forum n’accepte pas de messages."],
  locked: [403, "This thread takes no more replies.", "Ce fil n’accepte plus de réponses."],
  archived: [
    403,
    "This thread is in the archive; it takes no more replies.",
    "Ce fil est archivé ; il n’accepte plus de réponses.",
  ],
  full: [
    403,
    "This thread has as many replies as it may have.",
    "Ce fil a atteint son nombre maximal de réponses.",
  ],
  media_full: [403, "This thread takes no more files.", "Ce fil n’accepte plus de fichiers."],
  empty: [
    422,
    "Write something, or choose a file.",
    "Écrivez quelque chose ou choisissez un fichier.",
  ],
  text_long: [
    422,
    "The text is longer than this board takes.",
    "Le texte est plus long que ce forum ne l’accepte.",
  ],
  field_long: [422, "The name or the subject is too long.", "Le nom ou le sujet est trop long."],
  subject_missing: [
    422,
    "A new thread needs a subject here.",
    "Un nouveau fil a besoin d’un sujet ici.",
  ],
  file_missing: [
    422,
    "A new thread needs a file here.",
    "Un nouveau fil a besoin d’un fichier ici.",
  ],
  files_many: [
    422,
    "That is more files than a post may have here.",
    "Cela fait plus de fichiers qu’un message ne peut en avoir ici.",
  ],
  no_deletion: [
    403,
    "Posts can’t be deleted by their posters here, or not any more.",
    "Ici, les messages ne peuvent pas, ou plus, être supprimés par leur auteur.",
  ],
  not_yours: [
    403,
    "The password is not the one that the post was sent with.",
    "Le mot de passe n’est pas celui avec lequel le message a été envoyé.",
  ],
  uri: [
    422,
    "A board’s address has 1 to 24 lower-case letters and digits, and is not one that the site uses itself.",
    "L’adresse d’un forum compte de 1 à 24 lettres minuscules et chiffres, et n’est pas utilisée par le site.",
  ],
  uri_taken: [409, "There is a board at this address already.", "Cette adresse est déjà prise."],
  boards_many: [
    403,
    "You have as many boards as an account may have.",
    "Vous avez autant de forums qu’un compte peut en avoir.",
  ],
  creation_closed: [
    403,
    "Boards are made by the staff of this site alone.",
    "Seule l’équipe de ce site crée des forums.",
  ],
  search: [422, "Give at least one word.", "Donnez au moins un mot."],
  watch_many: [
    403,
    "You watch as many threads as may be watched.",
    "Vous suivez autant de fils qu’il est permis.",
  ],
  settings: [422, "A setting is not possible.", "Un réglage n’est pas possible."],
  busy: [
    503,
    "Too much is being posted at the moment. Try again in a few seconds.",
    "Trop de messages arrivent en ce moment. Réessayez dans quelques secondes.",
  ],
} as const;

export type ThreadFault = keyof typeof FAULTS;

export function threadError(fault: ThreadFault): AppError {
  const [status, publicMessage] = FAULTS[fault];
  return new AppError({
    code: `board.${fault}`,
    source: status >= 500 ? "edge" : "client",
    retry: status >= 500,
    publicMessage,
    ...(status === 503 ? { retryAfter: 5 } : {}),
  });
}

const ENTRIES = Object.entries(FAULTS);

/** HTTP statuses of these faults. */
export const THREAD_STATUSES: Readonly<Record<string, number>> = Object.fromEntries(
  ENTRIES.map(([fault, [status]]) => [`board.${fault}`, status]),
);

/** What people read. */
export const THREAD_TEXTS: Readonly<Record<string, { readonly en: string; readonly fr: string }>> =
  Object.fromEntries(ENTRIES.map(([fault, [, en, fr]]) => [`board.${fault}`, { en, fr }]));
