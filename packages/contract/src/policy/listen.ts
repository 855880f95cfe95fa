import { z } from "zod";
import { cidrSchema, listenAddressSchema } from "#policy/address.ts";
import { listenTlsSchema } from "#policy/tls.ts";

/** Sockets of one edge. They belong to the machine, not to the policy: no snapshot carries them. */
export const listenSchema = z.strictObject({
  http: z
    .array(listenAddressSchema)
    .default(["[::]:80"])
    .describe("Addresses for plain HTTP/1.1 and HTTP/2 with prior knowledge."),
  https: z
    .array(listenAddressSchema)
    .default(["[::]:443"])
    .describe("Addresses for HTTP over TLS (HTTP/1.1 and HTTP/2)."),
  tls: listenTlsSchema.prefault({}).describe("Handshakes, before a name is known."),
  http3: z
    .boolean()
    .default(true)
    .describe("Also answer HTTP/3 on the UDP ports of the https addresses."),
  metrics: listenAddressSchema
    .nullable()
    .default("127.0.0.1:9180")
    .describe("Private address of /metrics, /healthz and /readyz; null for none."),
  proxyProtocol: z
    .array(cidrSchema)
    .default([])
    .describe("Peers whose connections open with a PROXY protocol header (v1 or v2)."),
  backlog: z
    .int()
    .min(16)
    .max(65_535)
    .default(4096)
    .describe("Connections waiting to be accepted."),
});

export type Listen = z.infer<typeof listenSchema>;
