import type { Language, StatusText } from "#respond/page/text.ts";

const again = "Réessayez dans quelques minutes. Si cela persiste, prévenez le responsable du site.";
const malformed =
  "Rechargez la page. Si vous utilisez un proxy, un VPN ou une extension du navigateur, essayez sans.";

const order: StatusText = {
  title: "Cette page n’est pas disponible",
  what: "L’opérateur de ce service en a restreint l’accès.",
  advice:
    "Le motif est indiqué ci-dessous. Toute personne concernée peut le contester en citant la référence.",
};

export const FRENCH: Language = {
  frame: {
    visitor: "Votre appareil",
    edge: "Protection",
    works: "fonctionne",
    faulty: "ne peut pas répondre",
    refuses: "a refusé la requête",
    unknown: "n’a pas été sollicité",
    request: "Requête",
    time: "Heure",
    code: "Code",
    detail: "En détail",
    reason: "Motif",
    reference: "Référence",
    demandedBy: "À la demande de",
    contact: "Contacter le site",
    where: "Où se situe le problème",
    protectedBy: "Ce site est protégé par Égide.",
    proceed: "J’ai compris, continuer",
    proceedNote: "Votre choix est conservé un jour dans un cookie qui ne contient rien d’autre.",
    receipt: "Récépissé",
    appeal: "Contester cette décision",
    retry: (seconds) =>
      seconds < 120
        ? `Vous pouvez réessayer dans ${seconds} secondes.`
        : `Vous pouvez réessayer dans ${Math.ceil(seconds / 60)} minutes.`,
  },
  otherClient: {
    title: "La requête n’a pas été acceptée",
    what: "Le site n’a pas pu accepter la requête telle qu’elle a été envoyée.",
    advice: malformed,
  },
  otherServer: {
    title: "Un problème est survenu",
    what: "Le site n’a pas pu répondre à la requête. Vous n’y êtes pour rien.",
    advice: again,
  },
  status: {
    400: {
      title: "La requête n’a pas pu être lue",
      what: "Ce que votre navigateur ou votre programme a envoyé ne respecte pas les règles du Web.",
      advice: malformed,
    },
    403: {
      title: "Accès refusé",
      what: "Les règles de ce site n’autorisent pas cette requête.",
      advice:
        "Si vous pensez qu’il s’agit d’une erreur, contactez le responsable du site et donnez-lui le numéro de requête ci-dessous.",
    },
    404: {
      title: "Rien à cet endroit",
      what: "Il n’y a rien à cette adresse.",
      advice: "Vérifiez l’adresse ou repartez de la page d’accueil du site.",
    },
    405: {
      title: "Méthode non autorisée",
      what: "Ce type de requête n’est pas accepté ici.",
      advice: "Repartez de la page d’accueil du site.",
    },
    408: {
      title: "La requête a pris trop de temps",
      what: "La connexion était ouverte, mais la requête n’est pas arrivée à temps.",
      advice: "Vérifiez votre connexion et réessayez.",
    },
    410: {
      title: "Supprimé définitivement",
      what: "Ce qui se trouvait à cette adresse a été supprimé et ne reviendra pas.",
      advice: "Retirez-la de vos favoris.",
    },
    413: {
      title: "Envoi trop volumineux",
      what: "Ce que vous avez envoyé dépasse la taille acceptée par ce site.",
      advice: "Envoyez un fichier plus petit, ou plusieurs fichiers plus petits.",
    },
    414: {
      title: "L’adresse est trop longue",
      what: "L’adresse de la page dépasse la longueur acceptée par ce site.",
      advice: "Raccourcissez-la ou repartez de la page d’accueil du site.",
    },
    417: {
      title: "Attente impossible à satisfaire",
      what: "La requête attend quelque chose que ce site ne peut pas promettre.",
      advice: "Si vous avez écrit le programme qui l’a envoyée, retirez-en le champ Expect.",
    },
    421: {
      title: "Aucun site de ce nom ici",
      what: "La requête est arrivée jusqu’à ce serveur, mais il ne sert aucun site de ce nom.",
      advice:
        "Vérifiez l’orthographe du nom. Si le site est le vôtre, vérifiez son DNS et sa configuration.",
    },
    429: {
      title: "Trop de requêtes",
      what: "Votre réseau a envoyé plus de requêtes que ce site n’en accepte à la fois.",
      advice: "Attendez un instant avant de continuer.",
    },
    431: {
      title: "En-tête de requête trop volumineux",
      what: "Les champs d’en-tête de la requête, souvent les cookies, dépassent la taille acceptée par ce site.",
      advice: "Supprimez les cookies de ce site et réessayez.",
    },
    451: {
      title: "Indisponible pour des raisons légales",
      what: "Une demande légale impose de ne pas montrer cette page.",
      advice: "Les précisions ci-dessous indiquent qui l’a demandé et sous quelle référence.",
    },
    500: {
      title: "Un problème de notre côté",
      what: "La protection placée devant ce site n’a pas pu traiter la requête. Vous n’y êtes pour rien.",
      advice: again,
    },
    502: {
      title: "Le site ne répond pas correctement",
      what: "Le serveur du site est injoignable, ou sa réponse n’a pas pu être comprise.",
      advice: again,
    },
    503: {
      title: "Le site est trop sollicité",
      what: "Le site ne peut pas traiter la requête pour le moment.",
      advice: "Réessayez dans un instant.",
    },
    504: {
      title: "Le site met trop de temps à répondre",
      what: "Le serveur du site n’a pas répondu à temps.",
      advice: again,
    },
    505: {
      title: "Version de HTTP inconnue",
      what: "La requête utilise une version de HTTP qui n’est pas acceptée ici.",
      advice: "Utilisez un navigateur ou un programme à jour.",
    },
    508: {
      title: "La requête tourne en rond",
      what: "La requête est déjà passée par ici : le site renvoie vers lui-même.",
      advice:
        "Si le site est le vôtre, vérifiez que son origine n’est pas l’adresse de sa protection.",
    },
  },
  code: {
    "http1.plain_on_tls": {
      title: "Passez par une connexion sécurisée",
      what: "Votre navigateur ou programme a parlé HTTP en clair à un port réservé à HTTPS.",
      advice: "Mettez https:// devant l’adresse au lieu de http://.",
    },
    "order.block": order,
    "order.suspend": {
      ...order,
      title: "Ce site est suspendu",
      what: "L’opérateur de ce service a suspendu le site pour le moment.",
    },
    "order.end-service": {
      ...order,
      title: "Ce site n’est plus servi",
      what: "L’opérateur de ce service a cessé de servir ce site.",
    },
    "order.interstitial": {
      title: "Avant de continuer",
      what: "L’opérateur de ce service vous demande de lire ceci avant d’afficher la page.",
      advice: "C’est à vous de décider. Fermez cette page si vous préférez ne pas la voir.",
    },
    "challenge.required": {
      title: "Un instant, s’il vous plaît",
      what: "Ce site vérifie que c’est le navigateur d’une personne qui l’interroge, et non un programme qui le submerge.",
      advice: "Rien n’est recueilli sur vous et aucun autre site n’est interrogé.",
    },
    "challenge.cookies": {
      title: "Votre navigateur ne garde pas de cookies",
      what: "La vérification a réussi, mais le cookie qui en témoigne n’est pas revenu.",
      advice:
        "Autorisez les cookies pour ce site, puis repartez de sa page d’accueil. Le cookie ne dit rien d’autre que la réussite de la vérification.",
    },
    "challenge.failed": {
      title: "La vérification n’a pas abouti",
      what: "Ce que votre navigateur a envoyé n’appartient à aucune vérification de ce site.",
      advice: "Repartez de la page d’accueil du site.",
    },
    "appeal.form": {
      title: "Contester cette décision",
      what: "Une de vos requêtes a été refusée. Si c’est une erreur, l’opérateur du site peut la corriger.",
      advice: "Gardez l’adresse de cette page : la réponse y sera affichée.",
    },
    "appeal.open": {
      title: "Votre message est arrivé",
      what: "L’opérateur du site examinera la décision et ce sur quoi elle repose.",
      advice: "Gardez l’adresse de cette page : la réponse y sera affichée.",
    },
    "appeal.lifted": {
      title: "La décision est levée",
      what: "L’opérateur du site l’a examinée et vous donne raison.",
      advice: "Vous pouvez de nouveau utiliser le site.",
    },
    "appeal.dismissed": {
      title: "La décision est maintenue",
      what: "L’opérateur du site l’a examinée et ne la change pas.",
      advice:
        "Elle ne peut pas être contestée ici une seconde fois. Le site offre peut-être d’autres moyens de le joindre.",
    },
    "appeal.expired": {
      title: "Trop tard pour contester",
      what: "Le délai pour contester cette décision est écoulé.",
      advice: "Si l’accès vous est encore refusé, contestez le dernier refus.",
    },
    "appeal.text": {
      title: "Votre message n’a pas pu être pris",
      what: "Il est vide, ou dépasse 2 000 caractères.",
      advice: "Récrivez-le en quelques phrases.",
    },
    "appeal.unknown": {
      title: "Ce refus n’existe pas",
      what: "L’adresse de cette page ne désigne aucun refus de ce site.",
      advice: "Reprenez-la en entier sur la page qui vous a refusé l’accès.",
    },
    "appeal.limited": {
      title: "Trop de messages",
      what: "Trop de messages sont venus de votre réseau, ou sont arrivés à ce site, en peu de temps.",
      advice: "Réessayez dans une heure.",
    },
    "appeal.full": {
      title: "Votre message n’a pas pu être conservé",
      what: "Le site n’a plus de place pour les messages en ce moment.",
      advice: "Réessayez demain, ou contactez le responsable du site.",
    },
    "challenge.crowded": {
      title: "Trop de vérifications depuis votre réseau",
      what: "De nombreux navigateurs sans JavaScript sont venus de votre réseau ces dernières minutes.",
      advice: "Autorisez JavaScript pour ce site, ou réessayez dans dix minutes.",
    },
  },
};
