import { z } from "zod";
import { PUBLIC_KEY } from "#signing.ts";

const peerSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, { error: "not a name: a-z, 0-9, dots, dashes" })
    .describe("Names the peer in the evidence of bans and in the log."),
  key: z
    .string()
    .regex(PUBLIC_KEY, { error: "not a public key: 43 characters, as `egide appeal key` prints" })
    .describe("The peer's public key, as `egide appeal key` prints it there."),
  trust: z
    .number()
    .min(0)
    .max(1)
    .describe(
      "1: its bans hold here as they are; from 0.5: for half their time; below: once a second peer says the same, for half their time; 0: never.",
    ),
  most: z
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe("Bans of this peer that are looked at; those beyond are refused."),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where its list is fetched from; absent: `egide bans import` alone."),
});

/** Bans that are exchanged with other operators. Belongs to the machine: no snapshot carries it. */
export const bansSchema = z
  .strictObject({
    peers: z.array(peerSchema).max(100).default([]).describe("Whose bans are taken, and how far."),
    pullSeconds: z
      .int()
      .min(10)
      .max(86_400)
      .default(300)
      .describe("How often lists are fetched from peers that have a `url`."),
    serve: z
      .boolean()
      .default(false)
      .describe("Answer GET /bans with the signed list at the private address, `listen.metrics`."),
  })
  .superRefine(({ peers }, ctx) => {
    for (const field of ["name", "key"] as const) {
      const seen = new Set<string>();
      peers.forEach((peer, i) => {
        if (seen.has(peer[field])) {
          const message = `two peers have the same ${field}`;
          ctx.addIssue({ code: "custom", path: ["peers", i, field], message });
        }
        seen.add(peer[field]);
      });
    }
  });

export type BanExchange = z.infer<typeof bansSchema>;
export type BanPeer = BanExchange["peers"][number];
