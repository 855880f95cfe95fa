import { z } from "zod";

const floodLimit = (seconds: number, burst: number) =>
  z
    .strictObject({
      seconds: z
        .number()
        .min(0.01)
        .max(86_400)
        .default(seconds)
        .describe("One more post each so many seconds …"),
      burst: z.number().int().min(1).max(10_000).default(burst).describe("… and so many at once."),
    })
    .prefault({});

/** What posts are held against, on all boards of the instance. */
export const filterSettingsSchema = z.strictObject({
  linksMost: z.number().int().min(0).max(500).default(20).describe("Links in one post."),
  proofOfNewcomers: z
    .boolean()
    .default(false)
    .describe("Who has no post standing here proves work first, on all boards."),
  proof: z
    .strictObject({
      difficulty: z
        .enum(["easy", "normal", "hard"])
        .default("normal")
        .describe("How much work: each step doubles it."),
      waitSeconds: z
        .number()
        .int()
        .min(5)
        .max(120)
        .default(15)
        .describe("Seconds to wait in its place without JavaScript."),
      waiters: floodLimit(20, 6).describe(
        "Posts of who waited: each prefix of addresses by itself, all who come through Tor together.",
      ),
    })
    .prefault({})
    .describe("The work that boards ask for before a post, and what stands in its place."),
  tor: floodLimit(5, 12).describe(
    "All who come through Tor and have no post standing here, together.",
  ),
  duplicateFilesRefused: z
    .boolean()
    .default(false)
    .describe("A file that was posted a moment ago is not taken again."),
  recentMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .default(10)
    .describe("Minutes for which texts and files count as posted a moment ago."),
  threads: floodLimit(120, 2).describe("New threads of one session."),
  replies: floodLimit(8, 4).describe("Replies of one session."),
  prefix: floodLimit(2, 30).describe("All who share a prefix of addresses, together."),
  dnsbl: z
    .strictObject({
      zones: z.array(z.string().min(3)).max(5).default([]).describe("Names of the lists."),
      action: z
        .enum(["off", "flag", "hold", "proof", "refuse"])
        .default("off")
        .describe("What is done about posts of who is listed."),
      timeoutMs: z
        .number()
        .int()
        .min(50)
        .max(5000)
        .default(1500)
        .describe("Milliseconds after which a silent list counts as saying nothing."),
      servers: z.array(z.string()).default([]).describe("DNS servers to ask; else the system's."),
    })
    .prefault({})
    .describe(
      "Lists of addresses by DNS (RFC 5782): they learn the address of everybody who posts.",
    ),
});

export type FilterSettings = z.infer<typeof filterSettingsSchema>;
