import type { EXTENSION_TYPES } from "@egide/contract/abuse/extension.ts";
import type { DSA_CATEGORIES, DSA_KEYWORDS } from "@egide/contract/abuse/dsa.ts";

/** Order in which lanes are looked at: life before everything. */
export const LANES = ["life", "urgent", "ordinary"] as const;
export type QueueLane = (typeof LANES)[number];

type XarfKind =
  | (typeof EXTENSION_TYPES)[number]
  | "csam"
  | "csem"
  | "fraud"
  | "malware"
  | "ugc_platform";

export interface CategoryFacts {
  readonly lane: QueueLane;
  /** Minutes in which a person should have decided: the queue is ordered by what falls due. */
  readonly minutes: number;
  readonly dsa: (typeof DSA_CATEGORIES)[number];
  readonly keywords: readonly (typeof DSA_KEYWORDS)[number][];
  readonly xarf: XarfKind;
  /** Hidden from the public as soon as it is reported, until somebody has looked. */
  readonly hideAtOnce: boolean;
}

const DAY = 24 * 60;

/** What can be reported. The key is stored and published: rename none. */
export const CATEGORIES = {
  "threat-to-life": {
    lane: "life",
    minutes: 15,
    dsa: "VIOLENCE",
    // The Transparency Database has no word for it; incitement is the nearest.
    keywords: ["INCITEMENT_VIOLENCE_HATRED"],
    xarf: "x_threat_to_life",
    hideAtOnce: false,
  },
  "child-abuse": {
    lane: "urgent",
    minutes: 30,
    dsa: "PROTECTION_OF_MINORS",
    keywords: ["CHILD_SEXUAL_ABUSE_MATERIAL"],
    xarf: "csam",
    hideAtOnce: true,
  },
  terrorism: {
    lane: "urgent",
    // Regulation (EU) 2021/784, Article 3(3): an order has to be carried out within the hour.
    minutes: 60,
    dsa: "RISK_FOR_PUBLIC_SECURITY",
    keywords: ["TERRORIST_CONTENT"],
    xarf: "x_terrorist_content",
    hideAtOnce: false,
  },
  "intimate-images": {
    lane: "urgent",
    minutes: 60,
    dsa: "CYBER_VIOLENCE",
    keywords: ["NON_CONSENSUAL_IMAGE_SHARING"],
    xarf: "x_ncii",
    hideAtOnce: true,
  },
  doxxing: {
    lane: "urgent",
    minutes: 120,
    dsa: "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    keywords: ["CYBER_STALKING"],
    xarf: "x_doxxing",
    hideAtOnce: false,
  },
  "self-harm": {
    lane: "urgent",
    minutes: 120,
    dsa: "SELF_HARM",
    keywords: ["SUICIDE", "SELF_MUTILATION"],
    xarf: "x_self_harm",
    hideAtOnce: false,
  },
  harassment: {
    lane: "ordinary",
    minutes: 8 * 60,
    dsa: "CYBER_VIOLENCE",
    keywords: ["CYBER_HARASSMENT"],
    xarf: "x_harassment",
    hideAtOnce: false,
  },
  hate: {
    lane: "ordinary",
    minutes: 12 * 60,
    dsa: "ILLEGAL_OR_HARMFUL_SPEECH",
    keywords: ["HATE_SPEECH"],
    xarf: "x_incitement",
    hideAtOnce: false,
  },
  fraud: {
    lane: "ordinary",
    minutes: DAY,
    dsa: "SCAMS_AND_FRAUD",
    keywords: ["PHISHING"],
    xarf: "fraud",
    hideAtOnce: false,
  },
  copyright: {
    lane: "ordinary",
    minutes: 2 * DAY,
    dsa: "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    keywords: ["COPYRIGHT_INFRINGEMENT"],
    xarf: "ugc_platform",
    hideAtOnce: false,
  },
  spam: {
    lane: "ordinary",
    minutes: DAY,
    dsa: "OTHER_VIOLATION_TC",
    keywords: ["OTHER"],
    xarf: "x_other",
    hideAtOnce: false,
  },
  rule: {
    lane: "ordinary",
    minutes: 2 * DAY,
    dsa: "OTHER_VIOLATION_TC",
    keywords: ["OTHER"],
    xarf: "x_other",
    hideAtOnce: false,
  },
} as const satisfies Record<string, CategoryFacts>;

export type Category = keyof typeof CATEGORIES;
export const CATEGORY_NAMES = Object.keys(CATEGORIES) as readonly Category[];

export function factsOf(category: Category): CategoryFacts {
  return CATEGORIES[category];
}

/** The more urgent of two: what a post is queued under when several things were said of it. */
export function graver(a: Category, b: Category): Category {
  const [x, y] = [factsOf(a), factsOf(b)];
  const byLane = LANES.indexOf(x.lane) - LANES.indexOf(y.lane);
  if (byLane !== 0) return byLane < 0 ? a : b;
  if (x.minutes !== y.minutes) return x.minutes < y.minutes ? a : b;
  return CATEGORY_NAMES.indexOf(a) <= CATEGORY_NAMES.indexOf(b) ? a : b;
}
