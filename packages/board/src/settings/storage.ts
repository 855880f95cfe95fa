import { z } from "zod";

/** Where files lie. Keys of a bucket never stand here: they come from the environment. */
export const storageSettingsSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("disk").describe("Below the state folder.") }),
    z.strictObject({
      kind: z
        .literal("s3")
        .describe(
          "In a bucket that nobody else reads: files are served by the board all the same.",
        ),
      endpoint: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .describe("Address of the S3 service."),
      bucket: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
        .describe("Its name."),
      region: z.string().min(1).max(64).default("us-east-1").describe("As the service names it."),
      prefix: z
        .string()
        .regex(/^(?:[A-Za-z0-9._-]+\/)*$/)
        .max(200)
        .default("")
        .describe("Before all names, where the bucket is shared: `board/`."),
      virtualHosted: z
        .boolean()
        .default(false)
        .describe("`bucket.host` in place of `host/bucket`."),
    }),
  ])
  .prefault({ kind: "disk" });

export type StorageSettings = z.infer<typeof storageSettingsSchema>;

/** Keys of a bucket. */
export interface StorageKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
