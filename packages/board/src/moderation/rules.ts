import { AppError } from "@egide/std/error.ts";
import { z } from "zod";

const textSchema = z.string().trim().min(1).max(1000);

/** One rule of a board: `id` stays through all versions, acts name it. */
export const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  text: z.strictObject({ en: textSchema, fr: textSchema }),
});

export type Rule = z.infer<typeof ruleSchema>;

export const RULES_MOST = 100;

/** The rules that hold at one time; the order is the numbering. */
export interface RuleSet {
  readonly version: number;
  readonly rules: readonly Rule[];
}

/**
 * What holds wherever nobody has written other rules. A board's own come on top of the instance's.
 */
export const FIRST_RULES: readonly Rule[] = [
  {
    id: "law",
    text: {
      en: "Nothing unlawful: no threats, no child abuse, no terrorist content.",
      fr: "Rien d’illicite\u00a0: ni menaces, ni pédocriminalité, ni contenu terroriste.",
    },
  },
  {
    id: "privacy",
    text: {
      en: "No private data of others, no intimate images without consent.",
      fr: "Pas de données privées d’autrui, pas d’images intimes sans consentement.",
    },
  },
  {
    id: "harassment",
    text: {
      en: "No harassment, and no calls to harass.",
      fr: "Pas de harcèlement, ni d’appel à harceler.",
    },
  },
  {
    id: "spam",
    text: { en: "No spam, no floods.", fr: "Ni publicité indésirable, ni messages en rafale." },
  },
  {
    id: "topic",
    text: { en: "Keep to the board’s topic.", fr: "Restez dans le sujet du forum." },
  },
];

/** The next version, or AppError. What is unchanged makes no new version. */
export function nextRules(current: RuleSet, rules: readonly Rule[]): RuleSet {
  const parsed = z.array(ruleSchema).max(RULES_MOST).safeParse(rules);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error));
  if (new Set(parsed.data.map(({ id }) => id)).size !== parsed.data.length) {
    throw refused("Two rules have the same id.");
  }
  if (JSON.stringify(parsed.data) === JSON.stringify(current.rules)) return current;
  return { version: current.version + 1, rules: parsed.data };
}

function refused(publicMessage: string): AppError {
  return new AppError({ code: "board.bad_rules", source: "client", retry: false, publicMessage });
}
