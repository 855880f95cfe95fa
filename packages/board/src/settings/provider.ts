import { PUBLIC_KEY } from "@egide/contract/signing.ts";
import { z } from "zod";

const webUrl = z.url({ protocol: /^https?$/ }).max(2048);

/** How reports reach whoever protects the site. */
const deliverySchema = z.discriminatedUnion("kind", [
  /** Another installation of this project: sealed messages, and answers that are signed. */
  z.strictObject({
    kind: z.literal("egide"),
    url: webUrl.describe("Address of its intake."),
    party: z.string().min(1).max(253).describe("The name it speaks under: its host."),
    keys: z
      .array(z.string().regex(PUBLIC_KEY))
      .min(1)
      .max(2)
      .describe(
        "Its public key (base64url). While it changes its key, the old one stands here too.",
      ),
  }),
  /** Anybody who takes XARF v4 over HTTPS. */
  z.strictObject({
    kind: z.literal("xarf"),
    url: webUrl,
    headers: z.record(z.string(), z.string()).default({}),
  }),
  /** By mail, as an attachment. */
  z.strictObject({ kind: z.literal("mail"), to: z.email() }),
]);

const levelSchema = z.strictObject({
  webhook: webUrl.optional().describe("Gets a POST of JSON."),
  mail: z.email().optional(),
});

const contactSchema = z.strictObject({
  org: z.string().trim().min(1).max(200),
  contact: z.email(),
  domain: z.string().min(1).max(253).describe("Also the name that it speaks under."),
});

const shape = {
  delivery: deliverySchema
    .nullable()
    .default(null)
    .describe("How reports reach whoever protects the site."),
  lifeAtOnce: z
    .boolean()
    .default(true)
    .describe(
      "Whether a threat to life goes to the provider as it is reported, or once staff escalate it.",
    ),
  onCall: z
    .strictObject({
      levels: z
        .array(levelSchema)
        .max(10)
        .default([])
        .describe("Called one after the other while nobody acknowledges."),
      minutes: z.number().min(0.1).max(1440).default(5).describe("How long each of them has."),
    })
    .prefault({})
    .describe("Who is woken by a threat to life."),
  smtp: z
    .strictObject({
      host: z.string().min(1),
      port: z.number().int().min(1).max(65_535),
      secure: z
        .boolean()
        .default(false)
        .describe("TLS from the first byte; else STARTTLS, where the server offers it."),
      user: z.string().optional(),
      pass: z.string().optional(),
      from: z.email(),
    })
    .nullable()
    .default(null)
    .describe("The server that mail is sent by."),
} as const;

/** Who answers for this board, in reports, and how they leave. */
export const providerSettingsSchema = z
  .strictObject({ contact: contactSchema, ...shape })
  .superRefine(checkMail);

/** As an admin writes it: the site itself is the contact where nobody else is named. */
export const providerInputSchema = z
  .strictObject({
    contact: contactSchema
      .optional()
      .describe("Who answers for the board; the site itself where nobody is named."),
    ...shape,
  })
  .superRefine(checkMail);

interface Mails {
  readonly onCall: { readonly levels: readonly { readonly mail?: string | undefined }[] };
  readonly delivery: { readonly kind: string } | null;
  readonly smtp: unknown;
}

function checkMail(settings: Mails, ctx: z.RefinementCtx): void {
  const mails = settings.onCall.levels.some(({ mail }) => mail !== undefined);
  if (settings.smtp === null && (mails || settings.delivery?.kind === "mail")) {
    ctx.addIssue({ code: "custom", path: ["smtp"], message: "mail needs a server to send it" });
  }
}

export type ProviderSettings = z.infer<typeof providerSettingsSchema>;
export type Delivery = NonNullable<ProviderSettings["delivery"]>;
