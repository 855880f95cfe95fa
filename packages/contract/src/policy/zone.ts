import { z } from "zod";
import { appealsSchema } from "#policy/appeals.ts";
import { botsSchema } from "#policy/bots.ts";
import { cacheSchema } from "#policy/cache.ts";
import { challengeSchema, underAttackSchema } from "#policy/challenge.ts";
import { hostPatternSchema } from "#policy/host.ts";
import { logPolicySchema } from "#policy/log.ts";
import { mitigationSchema } from "#policy/mitigation.ts";
import { originsSchema, parseOriginUrl } from "#policy/origin.ts";
import { respondPolicySchema } from "#policy/respond.ts";
import { rateLimitsSchema } from "#policy/rate-limit.ts";
import { rulesSchema } from "#policy/rules.ts";
import { zoneTlsSchema } from "#policy/tls.ts";
import { wafSchema } from "#policy/waf.ts";

/** Names a zone in orders, logs and metrics. */
export const zoneIdSchema = z.string().regex(/^[a-z0-9*[][a-z0-9.*:\]_-]{0,254}$/, {
  error: "not a zone id: lower-case letters, digits, dots, dashes",
});

const originUrlSchema = z.string().refine((url) => parseOriginUrl(url) !== null, {
  error: "an origin is http://host:port, https://host:port or unix:/path",
});

/**
 * An address, a list of them, or the whole of policy/origin.ts; always the latter once it is read.
 */
const originSchema = z.union([
  originUrlSchema.transform((url) => ({ origins: [{ url }] })).pipe(originsSchema),
  z
    .array(originUrlSchema)
    .min(1)
    .transform((urls) => ({ origins: urls.map((url) => ({ url })) }))
    .pipe(originsSchema),
  originsSchema,
]);

/** One site: the hosts it answers for, where it really lives, and what holds for its visitors. */
export const zoneSchema = z
  .strictObject({
    id: zoneIdSchema
      .optional()
      .describe("Name in orders, logs and metrics; the first host if absent."),
    hosts: z.array(hostPatternSchema).min(1).describe("Hosts: a name, *.name, an address, or *."),
    origin: originSchema.describe(
      "Where the site really lives: an address, a list of them, or settings.",
    ),
    tls: zoneTlsSchema.prefault({}).describe("Certificate, and what is asked of clients."),
    cache: cacheSchema.prefault({}).describe("How responses are stored and reused."),
    mitigation: mitigationSchema.prefault({}).describe("How attacks are held off."),
    respond: respondPolicySchema.prefault({}).describe("How responses are dressed."),
    rules: rulesSchema
      .default([])
      .describe("Rules of one's own, in order: docs/guide/custom-rules.md says what they can do."),
    rateLimits: rateLimitsSchema
      .default([])
      .describe("How much may come from one visitor: docs/guide/rate-limits.md."),
    waf: wafSchema.prefault({}).describe("The rule engine: what is inspected, and by which rules."),
    challenge: challengeSchema.prefault({}).describe("What uncleared visitors are asked for."),
    underAttack: underAttackSchema,
    bots: botsSchema.prefault({}).describe("What is done about programs that say who they are."),
    appeals: appealsSchema.prefault({}).describe("How refusals can be contested."),
    log: logPolicySchema.prefault({}).describe("What may be written down about visitors."),
  })
  .transform((zone) => ({ ...zone, id: zone.id ?? (zone.hosts[0] as string) }));

export type Zone = z.infer<typeof zoneSchema>;
