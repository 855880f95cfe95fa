import { z } from "zod";
import { cidrSchema } from "#policy/address.ts";
import { bansSchema } from "#policy/bans.ts";
import { kernelSchema } from "#policy/kernel.ts";
import { limitsSchema } from "#policy/limits.ts";
import { listenSchema } from "#policy/listen.ts";
import { logSettingsSchema } from "#policy/log.ts";
import { unknownCharacteristics } from "#policy/rate-limit.ts";
import { geoSchema, listsSchema } from "#policy/rules.ts";
import { acmeSchema } from "#policy/tls.ts";
import { zoneSchema } from "#policy/zone.ts";

const operatorSchema = z.strictObject({
  name: z.string().min(1).describe("Who runs this edge, as error pages say it."),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where the operator can be reached; RFC 7725's blocked-by."),
});

const shutdownSchema = z.strictObject({
  drainSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe("How long requests under way may take to finish when the edge stops."),
});

const cacheStoreSchema = z.strictObject({
  memoryBytes: z
    .int()
    .min(0)
    .default(268_435_456)
    .describe("Memory for cached responses, all workers together."),
  diskBytes: z
    .int()
    .min(0)
    .default(1_073_741_824)
    .describe("Disk for cached responses, in `cache` below `state`; 0 keeps them in memory alone."),
});

const drillSchema = z.strictObject({
  allow: z
    .array(cidrSchema)
    .default([])
    .describe("Addresses outside loopback where `egide drill` may attack this installation."),
});

/** `egide.yaml`. Three lines are enough: everything but `zones` has a default that serves. */
export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe("Address of this schema, for editors."),
    zones: z.array(zoneSchema).min(1).describe("The sites behind this edge."),
    lists: listsSchema.default({}).describe("Lists that rules name with `$`."),
    geo: geoSchema.prefault({}).describe("Where countries and networks are looked up."),
    listen: listenSchema.prefault({}),
    limits: limitsSchema.prefault({}).describe("What a front accepts before a request is judged."),
    kernel: kernelSchema.prefault({}).describe("Bans, and what the kernel does about them."),
    bans: bansSchema.prefault({}).describe("Bans that are exchanged with other operators."),
    log: logSettingsSchema.prefault({}).describe("Where requests are recorded."),
    cache: cacheStoreSchema.prefault({}).describe("Where cached responses are kept."),
    drill: drillSchema.prefault({}).describe("Where attacks may be practised."),
    acme: acmeSchema.prefault({}).describe("Where `certificate: auto` comes from."),
    trustedProxies: z
      .array(cidrSchema)
      .default([])
      .describe("Peers whose Forwarded and X-Forwarded-For are believed."),
    workers: z
      .union([z.literal("auto"), z.int().min(1).max(1024)])
      .default("auto")
      .describe("Worker threads; auto is one for each core."),
    state: z
      .string()
      .min(1)
      .default("./var")
      .describe("Directory of what is kept: orders, cache, certificates, control socket."),
    operator: operatorSchema.optional(),
    shutdown: shutdownSchema.prefault({}),
  })
  .superRefine((config, ctx) => {
    reportRepeated(config.zones, (zone) => zone.hosts, "hosts", ctx);
    reportRepeated(config.zones, (zone) => [zone.id], "id", ctx);
    reportUnknown(config, ctx);
  });

/** A host (or id) that two zones claim would be served by whichever came first: refused instead. */
function reportRepeated<T>(
  zones: readonly T[],
  names: (zone: T) => readonly string[],
  key: string,
  ctx: z.RefinementCtx,
): void {
  const seen = new Map<string, number>();
  zones.forEach((zone, i) => {
    names(zone).forEach((name: string | undefined, j) => {
      // What is wrong with a zone has been told: it has no id then.
      if (name === undefined) return;
      const first = seen.get(name);
      if (first === undefined) {
        seen.set(name, i);
        return;
      }
      const where = first === i ? "twice in this zone" : `already in zones[${first}]`;
      ctx.addIssue({
        code: "custom",
        path: key === "hosts" ? ["zones", i, key, j] : ["zones", i, key],
        message: `${JSON.stringify(name)} is ${where}`,
      });
    });
  });
}

/** A rate limit by what is never known would count all visitors as one. */
function reportUnknown(
  { zones, geo }: Pick<z.infer<typeof configSchema>, "zones" | "geo">,
  ctx: z.RefinementCtx,
): void {
  zones.forEach(({ rateLimits }, i) => {
    rateLimits.forEach((rule, j) => {
      for (const [at, message] of unknownCharacteristics(rule, geo)) {
        const path = ["zones", i, "rateLimits", j, "characteristics", at];
        ctx.addIssue({ code: "custom", path, message });
      }
    });
  });
}

export type Config = z.infer<typeof configSchema>;

/** The JSON Schema of what an operator writes (defaults are optional, short forms allowed). */
export function configJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }),
    title: "egide.yaml",
  };
}
