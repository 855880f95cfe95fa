import { z } from "zod";

/** What a front accepts before a request is even judged. Sizes in bytes, times in seconds. */
export const limitsSchema = z.strictObject({
  /** Bytes of the whole head (request line and fields; decoded fields for HTTP/2). */
  headerBytes: z.int().min(1024).max(1_048_576).default(65_536),
  headerCount: z.int().min(8).max(2000).default(128),
  /** Bytes of the request target. */
  urlBytes: z.int().min(256).max(65_536).default(16_384),
  /** Bytes of a request body; 0 means no limit. */
  bodyBytes: z.int().min(0).default(0),
  trailerBytes: z.int().min(256).max(65_536).default(8192),
  connectionsPerAddress: z.int().min(1).default(1024),
  requestsPerConnection: z.int().min(1).default(100_000),
  /** From the first byte (or the opening) to the end of the head. */
  headerSeconds: z.number().positive().default(15),
  keepAliveSeconds: z.number().positive().default(75),
  /** A body must bring, and a reader must take, this many bytes a second on the average of a window. */
  minBytesPerSecond: z.int().min(0).default(240),
  /** Seconds of that window; also the grace before the rate is first judged. */
  rateWindowSeconds: z.number().positive().default(20),
  /** Concurrent HTTP/2 or HTTP/3 streams on a connection. */
  streams: z.int().min(1).max(1000).default(128),
});

export type Limits = z.infer<typeof limitsSchema>;
