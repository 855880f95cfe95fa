import { z } from "zod";
import { orderSchema, publicTextSchema } from "#order.ts";

const urlSchema = z.url({ protocol: /^https?$/ }).max(2048);

const common = {
  /** The provider's case. */
  reference: z.string().min(1).max(100),
  /** What it is about; nothing here means the whole site. */
  urls: z.array(urlSchema).max(100),
  /** By when an answer is expected; after that the provider acts by itself or goes on. */
  answerBy: z.iso.datetime().optional(),
  text: publicTextSchema,
} as const;

/** What the provider lays before the board's admin. */
export const noticeSchema = z.discriminatedUnion("type", [
  /** Somebody complains of what stands on the board. */
  z.strictObject({
    ...common,
    type: z.literal("complaint"),
    category: z.string().min(1).max(100),
    /** Named only where the notifier agreed or the law needs it (DSA, Article 16(2)(c)). */
    notifier: z.string().max(300).optional(),
    trustedFlagger: z.boolean(),
  }),
  /** An authority orders something: DSA, Articles 9 and 10; Regulation 2021/784, Article 3. */
  z.strictObject({
    ...common,
    type: z.literal("order"),
    authority: z.string().min(1).max(300),
    legalBasis: z.string().min(1).max(2000),
    /** Two letters each (ISO 3166-1). */
    territory: z.array(z.string().regex(/^[A-Z]{2}$/)).max(40),
    redress: publicTextSchema,
    demands: z.enum(["removal", "information", "preservation"]),
  }),
  /** The provider restricts the zone: DSA, Article 17. */
  z.strictObject({
    ...common,
    type: z.literal("statement-of-reasons"),
    order: orderSchema,
    /** On the law's ground or on the contract's; which article or clause. */
    ground: z.enum(["illegal-content", "incompatible-content"]),
    groundText: z.string().min(1).max(2000),
    facts: z.string().max(5000),
    automated: z.enum(["fully", "partially", "not"]),
    redress: publicTextSchema,
  }),
  /** That a restriction has ended, or a case was closed without one. */
  z.strictObject({ ...common, type: z.literal("closed"), outcome: publicTextSchema }),
]);

export type Notice = z.infer<typeof noticeSchema>;
