import { describe, expect, test } from "bun:test";
import { llhttpRequests } from "@egide/testkit/reference/llhttp.ts";
import { readRequests } from "@egide/testkit/reference/request.ts";
import fc from "fast-check";
import { messageStream, packetCuts } from "./messages.ts";
import { type OurMessage, readOurs } from "./ours.ts";

/** Fixed, so that a run is repeated exactly; raise RUNS for a longer search. */
const RUNS = { seed: 9112, numRuns: Number(process.env["RUNS"] ?? 30_000) };

const essence = (
  m: Pick<OurMessage, "method" | "target" | "version" | "fields" | "body">,
): unknown => [m.method, m.target, m.version, m.fields, m.body];

/**
 * Where we read on and llhttp can't: it has a fixed list of methods, and a narrower view of targets
 * (browsers send bytes from 0x80, and `X-A` instead of a URL is judged later).
 */
function knowsMore(error: string | null, bytes: Buffer): boolean {
  if (error === null) return false;
  if (/^HPE_INVALID_(METHOD|URL)/.test(error)) return true;
  // A tab behind a value is optional white space like any other (RFC 9110, 5.6.3).
  const tab = /(Content-Length|Transfer-Encoding):[ \t]*(\d+|chunked) *\t/i;
  return /^HPE_INVALID_(CONTENT_LENGTH|TRANSFER)/.test(error) && tab.test(bytes.toString("latin1"));
}

describe("the HTTP/1 reader against others", () => {
  test("what it accepts, llhttp reads the same way", () => {
    let accepted = 0;
    let refused = 0;
    fc.assert(
      fc.property(messageStream, packetCuts, (bytes, cuts) => {
        const ours = readOurs(bytes, cuts);
        if (ours.fault === null) accepted++;
        else refused++;
        const { messages, error } = llhttpRequests(bytes);
        const theirs = messages.filter(({ complete }) => complete);
        const known = knowsMore(error, bytes)
          ? ours.messages.slice(0, theirs.length)
          : ours.messages;
        expect(theirs.slice(0, known.length).map(essence)).toEqual(known.map(essence));
      }),
      RUNS,
    );
    // A generator that makes only good or only bad messages would prove nothing.
    expect(accepted).toBeGreaterThan(RUNS.numRuns / 20);
    expect(refused).toBeGreaterThan(RUNS.numRuns / 20);
  }, 120_000);

  test("where the reference parser stops, it has stopped too", () => {
    fc.assert(
      fc.property(messageStream, (bytes) => {
        const ours = readOurs(bytes, []);
        const reference = readRequests(bytes);
        // The reference parser knows neither chunk extensions nor requests without Host.
        const lenient = /extension|chunk size|Host fields|version|byte in the target/.test(
          reference.malformed ?? "",
        );
        if (!lenient) expect(ours.messages.length).toBeLessThanOrEqual(reference.requests.length);
      }),
      RUNS,
    );
  }, 120_000);

  test("it reads the same wherever packets end", () => {
    fc.assert(
      fc.property(messageStream, packetCuts, (bytes, cuts) => {
        expect(readOurs(bytes, cuts)).toEqual(readOurs(bytes, []));
      }),
      RUNS,
    );
  }, 120_000);
});
