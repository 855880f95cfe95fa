import { z } from "zod";

export const seconds = z.number().positive().max(86_400);
const statusSchema = z.int().min(100).max(599);
/** A name of the host header: no scheme, no path, no control byte. */
export const hostSchema = z
  .string()
  .regex(/^[A-Za-z0-9._~:[\]-]{1,255}$/, "a host name is expected");

/** Asking an origin, time and again, whether it is well. */
export const activeCheckSchema = z.strictObject({
  path: z
    .string()
    .regex(/^\/[!-~]{0,1023}$/)
    .default("/")
    .describe("What is asked for, by GET."),
  host: hostSchema
    .optional()
    .describe("Host of the check; else the origin's `hostHeader` or the URL's host."),
  intervalSeconds: seconds.default(10).describe("From one check to the next."),
  timeoutSeconds: seconds.default(5).describe("A check that takes longer is a bad one."),
  expect: z
    .array(z.union([statusSchema, z.tuple([statusSchema, statusSchema])]))
    .min(1)
    .default([[200, 399]])
    .describe("Statuses that count as well: single ones, or the first and last of a range."),
  rise: z
    .int()
    .min(1)
    .max(100)
    .default(2)
    .describe("Good results in a row that bring an origin up."),
  fall: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("Bad results in a row that take an origin down."),
});

/** Judging an origin by the answers to visitors' requests. */
export const passiveCheckSchema = z.strictObject({
  consecutiveFailures: z
    .int()
    .min(0)
    .max(1000)
    .default(5)
    .describe("Failures in a row to connect or to get an answer; 0: not judged."),
  serverErrorShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      "Share of 5xx answers in the window that opens the breaker; 0: not judged. Off by default, since who finds one URL that answers 500 could otherwise take an origin out for everybody.",
    ),
  minRequests: z
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe("Answers in the window below which the share is not judged."),
  windowSeconds: seconds.default(10).describe("Length of that window."),
  openSeconds: seconds
    .default(1)
    .describe("First pause; doubles with each failed trial up to `maxOpenSeconds`."),
  maxOpenSeconds: seconds.default(30).describe("Longest pause."),
  trials: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      "Trial requests let through at once while half-open, and successes that close the breaker.",
    ),
});

/** What happens to a request that failed at one origin. */
export const retrySchema = z.strictObject({
  attempts: z
    .int()
    .min(0)
    .max(5)
    .default(2)
    .describe(
      "Further attempts after the first; 0: none (a stale kept-alive connection is still replaced).",
    ),
  budgetShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Retries may add this share to the load, and never less than `minPerSecond`."),
  minPerSecond: z.number().min(0).max(1000).default(3).describe("Retries that are always allowed."),
  statuses: z
    .array(statusSchema)
    .default([])
    .describe("Statuses of an answer that are tried at another origin, for idempotent requests."),
  replayBytes: z
    .int()
    .min(0)
    .max(1_048_576)
    .default(65_536)
    .describe("Bodies of idempotent requests up to this size are kept to be sent again."),
  hedgeSeconds: z
    .number()
    .min(0.01)
    .max(60)
    .optional()
    .describe(
      "Set: a GET or HEAD that is not answered after this time is sent to a second origin as well.",
    ),
});
