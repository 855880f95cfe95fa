import { z } from "zod";
import { ACT_KINDS } from "#moderation/act.ts";
import { FILTER_ACTIONS, FILTER_FIELDS, FILTER_KINDS } from "#filter/rule.ts";
import { RULES_MOST, ruleSchema } from "#moderation/rules.ts";
import { MEDIA_KINDS } from "#media/kind.ts";

/*
 * Rows of a board's export. Whoever made it may have written anything: what stands here is looked at,
 * what does not (rendered HTML, counts, references, versions of pages) is made anew.
 */

const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const flag = z.union([z.literal(0), z.literal(1)]).transform((value) => value === 1);
const text = z.string().max(200_000);
const line = z.string().max(1000);

/** JSON in a column of text. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return text
    .transform((written, context) => {
      try {
        return JSON.parse(written) as unknown;
      } catch {
        context.addIssue("no JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);
}

export const boardRow = z.object({
  id: whole,
  uri: line,
  title: line,
  subtitle: line,
  state: z.enum(["requested", "open", "locked", "closed"]),
  createdAt: whole,
  settings: text,
  lastNo: whole,
  listed: flag,
});

export const threadRow = z.object({
  no: z.unknown(),
  bumpedAt: z.unknown(),
  sticky: flag,
  locked: flag,
  bumpLocked: flag,
  cyclic: flag,
  archivedAt: z.unknown(),
});

const fileEntry = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  kind: z.enum(MEDIA_KINDS),
  filename: line,
  spoiler: z.boolean(),
  state: z.string(),
});

/** Dice of one throw, and throws of one text. */
const DICE_MOST = 1000;

export const postRow = z.object({
  no: z.unknown(),
  threadNo: z.unknown(),
  createdAt: z.unknown(),
  name: line,
  trip: line.nullable(),
  capcode: line.nullable(),
  subject: line,
  sage: flag,
  text,
  posterId: line.nullable(),
  country: line.nullable(),
  editedAt: z.unknown(),
  files: json(z.array(fileEntry).max(20)),
  dice: json(z.array(z.array(whole).max(DICE_MOST)).max(DICE_MOST)),
});

export const rulesRow = z.object({
  boardId: whole,
  version: z.number().int().min(-1_000_000).max(1_000_000),
  at: z.unknown(),
  rules: json(z.array(ruleSchema).max(RULES_MOST)),
});

export const actRow = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.unknown(),
  kind: z.enum(ACT_KINDS),
  no: whole.nullable(),
  undone: flag,
  ruleId: line.nullable(),
  ruleBoardId: whole.nullable(),
  ruleVersion: z.number().int().min(-1_000_000).max(1_000_000).nullable(),
});

export const filterRow = z.object({
  id: whole,
  kind: z.enum(FILTER_KINDS),
  pattern: line,
  fields: json(z.array(z.enum(FILTER_FIELDS as readonly [string, ...string[]])).max(20)),
  action: z.enum(FILTER_ACTIONS),
  replacement: line,
  messageEn: line.nullable(),
  messageFr: line.nullable(),
});

export const oldFileRow = z.object({ address: z.string().max(300), sha256: z.string().length(64) });
