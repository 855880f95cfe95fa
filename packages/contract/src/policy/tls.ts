import { z } from "zod";

const filePath = z.string().min(1).max(4096);

/** Which certificate a zone shows, and what it asks of a client before it speaks HTTP. */
export const zoneTlsSchema = z.strictObject({
  certificate: z
    .union([
      z.literal("auto"),
      z.literal("self-signed"),
      z.strictObject({
        cert: filePath.describe("PEM file: the certificate, then its intermediates in order."),
        key: filePath.describe("PEM file: the private key."),
      }),
    ])
    .default("auto")
    .describe("auto: obtained and renewed by ACME. Files are read anew when they change."),
  minVersion: z.enum(["1.2", "1.3"]).default("1.2").describe("Oldest TLS version spoken."),
  clientCertificates: z
    .strictObject({
      ca: filePath.describe("PEM file: the authorities whose certificates are accepted."),
      require: z
        .boolean()
        .default(true)
        .describe("false: a client without a certificate is let through."),
    })
    .optional()
    .describe("Mutual TLS."),
});

export type ZoneTls = z.infer<typeof zoneTlsSchema>;

/** What holds for every TLS connection of an edge, before its server name is known. */
export const listenTlsSchema = z.strictObject({
  unknownName: z
    .enum(["default", "refuse"])
    .default("default")
    .describe(
      "A client asks for a name that no zone has, or for none: show the first certificate, or refuse the handshake.",
    ),
  handshakeSeconds: z
    .number()
    .positive()
    .max(120)
    .default(10)
    .describe("From the opening of a connection to the end of its handshake."),
  handshakes: z
    .int()
    .min(16)
    .max(1_000_000)
    .default(8192)
    .describe(
      "Handshakes under way at once, for each worker; for one more, the newest of the address with the most is hung up on.",
    ),
});

export type ListenTls = z.infer<typeof listenTlsSchema>;

/** How `certificate: auto` obtains certificates (RFC 8555, HTTP-01). */
export const acmeSchema = z.strictObject({
  directory: z
    .url({ protocol: /^https$/ })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .describe("Directory of the certificate authority."),
  email: z.email().optional().describe("Where the authority may write about expiry."),
  ca: filePath
    .optional()
    .describe("PEM file: authorities trusted for the directory itself, for a private one."),
  key: z
    .enum(["ecdsa-p256", "rsa-2048"])
    .default("ecdsa-p256")
    .describe("Kind of key made for a certificate."),
});

export type Acme = z.infer<typeof acmeSchema>;
