import type { Language, StatusText } from "#respond/page/text.ts";

const again = "Try again in a few minutes. If it goes on, tell the site’s owner.";
const malformed =
  "Reload the page. If you use a proxy, a VPN or a browser extension, try without it.";

const order: StatusText = {
  title: "This page is not available",
  what: "The operator of this service has restricted access to it.",
  advice: "The reason is given below. Whoever is concerned can contest it, naming the reference.",
};

export const ENGLISH: Language = {
  frame: {
    visitor: "Your device",
    edge: "Protection",
    works: "works",
    faulty: "cannot answer",
    refuses: "refused the request",
    unknown: "was not asked",
    request: "Request",
    time: "Time",
    code: "Code",
    detail: "In detail",
    reason: "Reason",
    reference: "Reference",
    demandedBy: "Demanded by",
    contact: "Contact the site",
    where: "Where the problem is",
    protectedBy: "This site is protected by Égide.",
    proceed: "I understand, continue",
    proceedNote: "Your choice is kept for a day in a cookie that holds nothing else.",
    receipt: "Receipt",
    appeal: "Contest this decision",
    retry: (seconds) =>
      seconds < 120
        ? `It is worth trying again in ${seconds} seconds.`
        : `It is worth trying again in ${Math.ceil(seconds / 60)} minutes.`,
  },
  otherClient: {
    title: "The request was not accepted",
    what: "The site could not accept the request as it was sent.",
    advice: malformed,
  },
  otherServer: {
    title: "Something went wrong",
    what: "The site could not answer the request. It is not your fault.",
    advice: again,
  },
  status: {
    400: {
      title: "The request could not be read",
      what: "What your browser or program sent does not follow the rules of the Web.",
      advice: malformed,
    },
    403: {
      title: "Access refused",
      what: "The rules of this site do not allow this request.",
      advice:
        "If you think this is a mistake, contact the site’s owner and give the request number below.",
    },
    404: {
      title: "Nothing here",
      what: "There is nothing at this address.",
      advice: "Check the address, or start from the site’s home page.",
    },
    405: {
      title: "Method not allowed",
      what: "This kind of request is not accepted here.",
      advice: "Start again from the site’s home page.",
    },
    408: {
      title: "The request took too long",
      what: "The connection was open, but the request did not arrive in time.",
      advice: "Check your connection and try again.",
    },
    410: {
      title: "Gone for good",
      what: "What was at this address has been removed and will not come back.",
      advice: "Remove it from your bookmarks.",
    },
    413: {
      title: "Too large to send",
      what: "What you sent is larger than this site accepts.",
      advice: "Send a smaller file, or several smaller ones.",
    },
    414: {
      title: "The address is too long",
      what: "The address of the page is longer than this site accepts.",
      advice: "Shorten it, or start again from the site’s home page.",
    },
    417: {
      title: "Expectation not met",
      what: "The request expects something that this site cannot promise.",
      advice: "If you wrote the program that sent it, leave out the Expect field.",
    },
    421: {
      title: "No such site here",
      what: "The request reached this server, but no site with that name is served by it.",
      advice:
        "Check the spelling of the name. If the site is yours, check its DNS records and its configuration.",
    },
    429: {
      title: "Too many requests",
      what: "More requests came from your network than this site accepts at once.",
      advice: "Wait a moment before you go on.",
    },
    431: {
      title: "Too much in the request’s head",
      what: "The header fields of the request, often cookies, are larger than this site accepts.",
      advice: "Delete this site’s cookies and try again.",
    },
    451: {
      title: "Not available for legal reasons",
      what: "A legal demand requires that this page not be shown.",
      advice: "The details below say who demanded it and how to refer to it.",
    },
    500: {
      title: "Something broke on our side",
      what: "The protection in front of this site failed to handle the request. It is not your fault.",
      advice: again,
    },
    502: {
      title: "The site does not answer properly",
      what: "The server behind this site could not be reached, or its answer could not be understood.",
      advice: again,
    },
    503: {
      title: "The site is too busy",
      what: "The site cannot take the request just now.",
      advice: "Try again in a moment.",
    },
    504: {
      title: "The site takes too long",
      what: "The server behind this site did not answer in time.",
      advice: again,
    },
    505: {
      title: "Unknown version of HTTP",
      what: "The request uses a version of HTTP that is not spoken here.",
      advice: "Use a current browser or program.",
    },
    508: {
      title: "Going round in circles",
      what: "The request has already passed through here: the site points back to itself.",
      advice: "If the site is yours, check that its origin is not the address of its protection.",
    },
  },
  code: {
    "http1.plain_on_tls": {
      title: "Use a secure connection",
      what: "Your browser or program spoke plain HTTP to a port that speaks HTTPS.",
      advice: "Put https:// in front of the address instead of http://.",
    },
    "order.block": order,
    "order.suspend": {
      ...order,
      title: "This site is suspended",
      what: "The operator of this service has suspended the site for the time being.",
    },
    "order.end-service": {
      ...order,
      title: "This site is no longer served",
      what: "The operator of this service has stopped serving this site.",
    },
    "order.interstitial": {
      title: "Before you continue",
      what: "The operator of this service asks you to read this before the page is shown.",
      advice: "You decide whether to go on. Close this page if you would rather not.",
    },
    "challenge.required": {
      title: "One moment, please",
      what: "This site checks that a person’s browser is asking, not a program that floods it.",
      advice: "Nothing about you is collected, and no other site is asked.",
    },
    "challenge.cookies": {
      title: "Your browser keeps no cookies",
      what: "The check succeeded, but the cookie that says so did not come back.",
      advice:
        "Allow cookies for this site, then start again from its home page. The cookie holds nothing but that the check was met.",
    },
    "challenge.failed": {
      title: "The check did not succeed",
      what: "What your browser sent does not belong to a check of this site.",
      advice: "Start again from the site’s home page.",
    },
    "appeal.form": {
      title: "Contest this decision",
      what: "A request of yours was refused. If that was a mistake, the site’s operator can put it right.",
      advice: "Keep this page’s address: the answer will be shown here.",
    },
    "appeal.open": {
      title: "Your message has arrived",
      what: "The site’s operator will look at the decision and at what it rested on.",
      advice: "Keep this page’s address: the answer will be shown here.",
    },
    "appeal.lifted": {
      title: "The decision was lifted",
      what: "The site’s operator has looked at it and agrees with you.",
      advice: "You can use the site again.",
    },
    "appeal.dismissed": {
      title: "The decision stands",
      what: "The site’s operator has looked at it and does not change it.",
      advice: "It can’t be contested a second time here. The site may have other ways to reach it.",
    },
    "appeal.expired": {
      title: "Too late to contest",
      what: "The time in which this decision could be contested is over.",
      advice: "If you are still refused, contest the newest refusal.",
    },
    "appeal.text": {
      title: "Your message could not be taken",
      what: "It is empty, or longer than 2,000 characters.",
      advice: "Write it again, in a few sentences.",
    },
    "appeal.unknown": {
      title: "There is no such refusal",
      what: "The address of this page does not name a refusal of this site.",
      advice: "Take it from the page that refused you, whole.",
    },
    "appeal.limited": {
      title: "Too many messages",
      what: "Too many messages came from your network, or to this site, in a short time.",
      advice: "Try again in an hour.",
    },
    "appeal.full": {
      title: "Your message could not be kept",
      what: "The site has no room for messages at the moment.",
      advice: "Try again tomorrow, or contact the site’s owner.",
    },
    "challenge.crowded": {
      title: "Too many checks from your network",
      what: "Many browsers without JavaScript came from your network in the last minutes.",
      advice: "Allow JavaScript for this site, or try again in ten minutes.",
    },
  },
};
