import { z } from "zod";

/** That a message came in whole, and what it is called here from now on. */
export const receivedSchema = z.strictObject({
  /** Id of the message that is answered. */
  message: z.uuid(),
  /** The receiver's own name for it: a case number. */
  reference: z.string().min(1).max(100),
  /** Until when a person will have looked at it, where that is promised. */
  lookedAtBy: z.iso.datetime().optional(),
});

/** Where a report stands at the provider. The last four end it. */
export const STATUS_STATES = [
  "queued",
  "in-review",
  "forwarded",
  "acted",
  "no-action",
  "duplicate",
  "withdrawn",
] as const;

export const statusSchema = z.strictObject({
  /** `report_id` of the XARF report. */
  report: z.uuid(),
  /** Grows with each word on one report: an older word never undoes a newer one. */
  sequence: z.int().min(1),
  state: z.enum(STATUS_STATES),
  at: z.iso.datetime(),
  /** In plain words, for the board's staff. */
  text: z.string().max(2000),
  /** To whom it was passed on, where it was: an authority, a hotline. */
  forwardedTo: z.string().max(300).optional(),
});

export type Status = z.infer<typeof statusSchema>;
export type StatusState = Status["state"];
