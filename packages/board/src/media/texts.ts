import { AppError } from "@egide/std/error.ts";
import type { Texts } from "@egide/web/locale.ts";

/** Why a file is not taken, in the words of whoever brought it. */
export const MEDIA_TEXTS = {
  "media.empty": { en: "The file is empty.", fr: "Le fichier est vide." },
  "media.too_large": {
    en: "The file is larger than this board takes.",
    fr: "Le fichier est plus gros que ce que ce forum accepte.",
  },
  "media.unknown_kind": {
    en: "The file is of no kind that can be taken here, whatever its name says.",
    fr: "Ce fichier n’est d’aucun type accepté ici, quel que soit son nom.",
  },
  "media.kind_off": {
    en: "This board does not take files of this kind.",
    fr: "Ce forum n’accepte pas les fichiers de ce type.",
  },
  "media.broken": {
    en: "The file is damaged or incomplete.",
    fr: "Le fichier est endommagé ou incomplet.",
  },
  "media.trailing": {
    en: "The file holds something else behind its end. Save it anew in a picture or video program.",
    fr: "Le fichier contient autre chose après sa fin. Enregistrez-le à nouveau depuis un logiciel d’image ou de vidéo.",
  },
  "media.dimensions": {
    en: "The picture is too large in width or height.",
    fr: "L’image est trop grande, en largeur ou en hauteur.",
  },
  "media.frames": {
    en: "The animation has too many pictures.",
    fr: "L’animation comporte trop d’images.",
  },
  "media.duration": {
    en: "The recording is longer than this board takes.",
    fr: "L’enregistrement est plus long que ce que ce forum accepte.",
  },
  "media.bomb": {
    en: "The file would grow beyond all measure when it is opened.",
    fr: "Le fichier grossirait démesurément à l’ouverture.",
  },
  "media.active": {
    en: "The file holds a script, an attachment or a reference to somewhere else.",
    fr: "Le fichier contient un script, une pièce jointe ou un renvoi vers l’extérieur.",
  },
  "media.codec": {
    en: "The recording uses a format that browsers do not play.",
    fr: "L’enregistrement utilise un format que les navigateurs ne lisent pas.",
  },
  "media.too_costly": {
    en: "The file took too long or too much memory to read. A smaller one may do.",
    fr: "La lecture du fichier a pris trop de temps ou de mémoire. Essayez-en un plus petit.",
  },
  "media.busy": {
    en: "Too many files are being read just now. Try again in a moment.",
    fr: "Trop de fichiers sont en cours de lecture. Réessayez dans un instant.",
  },
  "media.storage": {
    en: "Files can’t be reached just now. Try again in a moment.",
    fr: "Les fichiers sont momentanément inaccessibles. Réessayez dans un instant.",
  },
} as const satisfies Readonly<Record<string, Texts>>;

export type MediaFault = keyof typeof MEDIA_TEXTS;

/** The statuses that are not 400. */
export const MEDIA_STATUSES = {
  "media.too_large": 413,
  "media.unknown_kind": 415,
  "media.kind_off": 415,
  "media.busy": 503,
  "media.storage": 503,
} as const;

export function refusal(code: MediaFault, cause?: unknown): AppError {
  const busy = code === "media.busy" || code === "media.storage";
  return new AppError({
    code,
    source: busy ? "edge" : "client",
    retry: busy,
    publicMessage: MEDIA_TEXTS[code].en,
    ...(busy ? { retryAfter: 5 } : {}),
    ...(cause === undefined ? {} : { cause }),
  });
}
