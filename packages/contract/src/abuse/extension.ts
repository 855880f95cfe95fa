import { z } from "zod";
import { DSA_CATEGORIES, DSA_KEYWORDS } from "#abuse/dsa.ts";

/**
 * What XARF v4 has no type for. Its core leaves `type` open and allows fields of one's own, so that
 * a receiver who does not know these still reads a valid report of category `content`: `x_` marks
 * them as ours. docs/reference/abuse.md says what each means.
 */
export const EXTENSION_TYPES = [
  "x_threat_to_life",
  "x_terrorist_content",
  "x_harassment",
  "x_doxxing",
  "x_ncii",
  "x_incitement",
  "x_self_harm",
  "x_other",
] as const;

/** How soon somebody could come to harm, as far as can be told. */
export const IMMINENCES = ["now", "hours", "days", "unknown"] as const;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** The field `x_egide` that a report of one of the types above carries (and any other may). */
export const extensionSchema = z.strictObject({
  version: z.literal(1),
  /** The board's own name for this report: what its staff say on the telephone. */
  reference: z.string().min(1).max(100),
  post: z.strictObject({
    board: z.string().regex(/^[a-z0-9]{1,24}$/),
    thread: z.int().min(1),
    no: z.int().min(1),
    posted: z.iso.datetime(),
    /** Of the text as it was written: says whether two reports mean the same words. */
    textSha256: sha256Schema,
  }),
  /** Media are named by hash alone; nothing illegal is copied into a report. */
  media: z
    .array(
      z.strictObject({
        sha256: sha256Schema,
        md5: z
          .string()
          .regex(/^[0-9a-f]{32}$/)
          .optional(),
        pdq: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
        kind: z.string().min(1).max(20),
      }),
    )
    .max(50),
  /** Regulation (EU) 2022/2065, as its Transparency Database names them. */
  dsa: z.strictObject({
    category: z.enum(DSA_CATEGORIES),
    keywords: z.array(z.enum(DSA_KEYWORDS)).max(10),
  }),
  /** When the board first heard of it: the clock that deadlines are counted from. */
  knownSince: z.iso.datetime(),
  /** What the board has done by now. */
  state: z.enum(["visible", "held", "hidden", "removed"]),
  /** Text and media are kept, sealed, for whoever may ask by law. */
  sealed: z.boolean(),
  imminence: z.enum(IMMINENCES).optional(),
});

export type Extension = z.infer<typeof extensionSchema>;
