import { z } from "zod";
import { hostPatternSchema } from "#policy/host.ts";

/** Names a zone in orders, logs and metrics. */
export const zoneIdSchema = z.string().regex(/^[a-z0-9*[][a-z0-9.*:\]_-]{0,254}$/, {
  error: "not a zone id: lower-case letters, digits, dots, dashes",
});

/** One site: the hosts it answers for, where it really lives, and what holds for its visitors. */
export const zoneSchema = z
  .strictObject({
    id: zoneIdSchema
      .optional()
      .describe("Name in orders, logs and metrics; the first host if absent."),
    hosts: z.array(hostPatternSchema).min(1).describe("Hosts: a name, *.name, an address, or *."),
    origin: z
      .url({ protocol: /^https?$/ })
      .describe("Where the site really lives, e.g. http://127.0.0.1:3000."),
  })
  .transform((zone) => ({ ...zone, id: zone.id ?? (zone.hosts[0] as string) }));

export type Zone = z.infer<typeof zoneSchema>;
