import { z } from "zod";
import { receiptSchema } from "#receipt.ts";

/** Characters that a visitor may write. */
export const APPEAL_TEXT_MOST = 2000;

/** Ids of requests, as edges make them: they name files of appeals. */
export const REQUEST_ID = /^[0-9a-z]{20}$/;

/** One appeal: `<state>/appeals/<request id>.json`. There is one at most for each receipt. */
export const appealSchema = z.strictObject({
  format: z.literal(1),
  receipt: receiptSchema,
  /** The receipt as it was signed. */
  signed: z.string(),
  text: z.string().max(APPEAL_TEXT_MOST),
  lang: z.enum(["en", "fr"]),
  sent: z.iso.datetime(),
  /** Sent from the address that was refused. */
  sameAddress: z.boolean(),
  /** Address to lift a ban of: kept where a ban is contested from that very address, else null. */
  address: z.string().nullable(),
  state: z.enum(["open", "lifted", "dismissed"]),
  /** What the operator has the visitor told. */
  answer: z.string().max(APPEAL_TEXT_MOST),
  decided: z.iso.datetime().nullable(),
});

export type Appeal = z.infer<typeof appealSchema>;
