import { z } from "zod";

const countSchema = z.int().min(0);
const secondsSchema = z.number().min(0).nullable();

/** Times in seconds; null where nothing was measured. Cases without action count like the others. */
export const spreadSchema = z.strictObject({
  count: countSchema,
  median: secondsSchema,
  p90: secondsSchema,
  max: secondsSchema,
});

/**
 * Proof of moderation: what a board says, signed, about how fast and how well it looks after itself.
 * Its provider shows the figures beside a case; anybody can fetch them.
 */
export const figuresSchema = z.strictObject({
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  /** Reports that wait, and for how long already. */
  queue: z.strictObject({ open: countSchema, held: countSchema, age: spreadSchema }),
  categories: z
    .array(
      z.strictObject({
        category: z.string().min(1).max(100),
        reports: countSchema,
        open: countSchema,
        firstLook: spreadSchema,
        decision: spreadSchema,
        upheld: countSchema,
        dismissed: countSchema,
      }),
    )
    .max(100),
  acts: countSchema,
  appeals: z.strictObject({
    received: countSchema,
    open: countSchema,
    upheld: countSchema,
    reversed: countSchema,
    decision: spreadSchema,
  }),
  /** Acts taken back: on appeal, or by the staff itself. */
  reversals: z.strictObject({ onAppeal: countSchema, undone: countSchema }),
  /** Heads of the staff's log: a log that was rewritten no longer leads to what was signed. */
  log: z.strictObject({ entries: countSchema, head: z.string().regex(/^[0-9a-f]{64}$/) }),
});

export type Figures = z.infer<typeof figuresSchema>;
export type Spread = z.infer<typeof spreadSchema>;
