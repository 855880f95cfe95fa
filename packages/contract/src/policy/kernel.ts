import { z } from "zod";
import { cidrSchema } from "#policy/address.ts";

const connectionRateSchema = z.strictObject({
  perSecond: z.int().min(1).max(1_000_000).describe("New connections a second from one address."),
  burst: z.int().min(1).max(1_000_000).default(200).describe("That many may come at once."),
});

const synProxySchema = z.strictObject({
  mss: z.int().min(536).max(65_495).default(1460).describe("Maximum segment size to offer."),
  windowScale: z.int().min(0).max(14).default(7).describe("Window scale to offer."),
});

/** Bans, and what the kernel does about them. Belongs to the machine: no snapshot carries it. */
export const kernelSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Drop in the kernel where it lets us; otherwise in this process alone."),
  table: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, { error: "not a name for a table: a-z, 0-9, _" })
    .default("egide")
    .describe("Name of the nftables table; two installations on one machine need two."),
  hook: z
    .enum(["prerouting", "ingress"])
    .default("prerouting")
    .describe("Where packets are dropped; ingress is cheaper still but needs `devices`."),
  devices: z
    .array(z.string().regex(/^[A-Za-z0-9._@-]{1,15}$/))
    .default([])
    .describe("Network interfaces whose ingress hook is used."),
  neverBan: z
    .array(cidrSchema)
    .default([])
    .describe("Addresses that nothing and nobody bans; trusted proxies always belong to them."),
  mostBans: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(131_072)
    .describe("Bans in force at once; beyond, the one that ends first makes room."),
  connectionsPerAddress: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Connections open at once from one IPv4 address or IPv6 /64; null: no limit."),
  connectionRate: connectionRateSchema
    .nullable()
    .default(null)
    .describe("New connections from one IPv4 address or IPv6 /64; null: no limit."),
  synProxy: synProxySchema
    .nullable()
    .default(null)
    .describe("Have the kernel complete handshakes before this process hears of them."),
  removeAtStop: z
    .boolean()
    .default(true)
    .describe("Take the table away when the edge stops; bans are kept in a file either way."),
});

export type KernelSettings = z.infer<typeof kernelSchema>;
