import { z } from "zod";

/** What a front accepts before a request is even judged. Sizes in bytes, times in seconds. */
export const limitsSchema = z.strictObject({
  headerBytes: z
    .int()
    .min(1024)
    .max(1_048_576)
    .default(65_536)
    .describe("Bytes of the whole head (request line and fields; decoded fields for HTTP/2)."),
  headerCount: z.int().min(8).max(2000).default(128).describe("Fields of a head."),
  urlBytes: z.int().min(256).max(65_536).default(16_384).describe("Bytes of the request target."),
  bodyBytes: z.int().min(0).default(0).describe("Bytes of a request body; 0 means no limit."),
  trailerBytes: z
    .int()
    .min(256)
    .max(65_536)
    .default(8192)
    .describe("Bytes of the trailers behind a body."),
  connectionsPerAddress: z
    .int()
    .min(1)
    .default(1024)
    .describe("Connections open at once from one address (IPv6: network), for each worker."),
  ipv6PrefixBits: z
    .int()
    .min(32)
    .max(128)
    .default(64)
    .describe("Leading bits by which IPv6 addresses are taken for one visitor's."),
  requestsPerConnection: z
    .int()
    .min(1)
    .default(100_000)
    .describe("Requests on one connection; it is closed after the last."),
  headerSeconds: z
    .number()
    .positive()
    .default(15)
    .describe("From the first byte (or the opening) to the end of the head."),
  keepAliveSeconds: z
    .number()
    .positive()
    .default(75)
    .describe("How long a connection may wait for its next request."),
  tunnelSeconds: z
    .number()
    .min(0)
    .default(900)
    .describe(
      "How long a WebSocket (or another protocol that was switched to) may be silent both ways; 0: for good.",
    ),
  minBytesPerSecond: z
    .int()
    .min(0)
    .default(240)
    .describe("A body must bring, and a reader must take, this many bytes a second."),
  rateWindowSeconds: z
    .number()
    .positive()
    .default(20)
    .describe(
      "Seconds by which a body or a reader may be behind; what moves in one go counts for three times as long at most.",
    ),
  streams: z
    .int()
    .min(1)
    .max(1000)
    .default(128)
    .describe("Concurrent HTTP/2 or HTTP/3 streams on a connection."),
});

export type Limits = z.infer<typeof limitsSchema>;
