import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import * as fc from "fast-check";
import { createCache } from "./cache.ts";
import { FakeOrigin, settingsOf, visit } from "./fake-origin.ts";

/** What the origin answers with, and how its content stands. */
interface Reply {
  readonly maxAge: number;
  readonly sMaxAge: number;
  readonly age: number;
  readonly noStore: boolean;
  readonly isPrivate: boolean;
  readonly noCache: boolean;
  readonly etag: boolean;
  /** The content is another than at the last answer. */
  readonly changed: boolean;
}

interface Step {
  readonly wait: number;
  readonly noCache: boolean;
  readonly maxAge: number;
  readonly reply: Reply;
}

/** The least that RFC 9111 says of one URL, written down without regard to how the cache does it. */
interface Stored {
  body: string;
  etag: string;
  lifetime: number;
  ageThen: number;
  at: number;
  noCache: boolean;
}

function lifetimeOf(reply: Reply): number {
  if (reply.sMaxAge >= 0) return reply.sMaxAge;
  return reply.maxAge >= 0 ? reply.maxAge : -1;
}

function mayStore(reply: Reply): boolean {
  if (reply.noStore || reply.isPrivate) return false;
  return reply.etag || (lifetimeOf(reply) > 0 && !reply.noCache);
}

function headersOf(reply: Reply, etag: string): string[] {
  const directives = [
    ...(reply.maxAge >= 0 ? [`max-age=${reply.maxAge}`] : []),
    ...(reply.sMaxAge >= 0 ? [`s-maxage=${reply.sMaxAge}`] : []),
    ...(reply.noStore ? ["no-store"] : []),
    ...(reply.isPrivate ? ["private"] : []),
    ...(reply.noCache ? ["no-cache"] : []),
  ];
  const headers = reply.age > 0 ? ["Age", String(reply.age)] : [];
  if (directives.length > 0) headers.push("Cache-Control", directives.join(", "));
  if (etag !== "") headers.push("ETag", etag);
  return headers;
}

const maybe = fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 12 }));
const rarely = fc.integer({ min: 0, max: 5 }).map((n) => n === 0);
const step: fc.Arbitrary<Step> = fc.record({
  wait: fc.integer({ min: 0, max: 6 }),
  noCache: rarely,
  maxAge: fc.oneof(fc.constant(-1), fc.constant(-1), maybe),
  reply: fc.record({
    maxAge: maybe,
    sMaxAge: fc.oneof(fc.constant(-1), fc.constant(-1), maybe),
    age: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 9 })),
    noStore: rarely,
    isPrivate: rarely,
    noCache: rarely,
    etag: fc.boolean(),
    changed: fc.boolean(),
  }),
});

test("whatever an origin and a visitor do, the cache serves what the plain model serves", () => {
  let hits = 0;
  let validations = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 25 }), (steps) => {
      const clock = new FakeClock();
      const origin = new FakeOrigin();
      const cache = createCache({ clock, memoryBytes: 1 << 20 });
      const settings = settingsOf({ alwaysOnline: { enabled: false } });
      const get = cache.wrap(settings, "zone", origin.fetch);
      let stored: Stored | null = null as Stored | null;
      let version = 0;
      /** After an answer that forbids storing, the next ones are passed on unjudged for 10 s. */
      let passedUntil = 0;
      for (const { wait, noCache, maxAge, reply } of steps) {
        clock.advance(wait * 1000);
        const now = clock.now() / 1000;
        const age = stored === null ? 0 : stored.ageThen + now - stored.at;
        const usable =
          stored !== null &&
          !stored.noCache &&
          !noCache &&
          age < stored.lifetime &&
          (maxAge < 0 || age <= maxAge);
        const directives = [
          ...(noCache ? ["no-cache"] : []),
          ...(maxAge >= 0 ? [`max-age=${maxAge}`] : []),
        ];
        const asked = origin.asked.length;
        const seen = visit(get, {
          headers: directives.length > 0 ? ["Cache-Control", directives.join(", ")] : [],
        });
        expect(origin.asked.length - asked).toBe(usable ? 0 : 1);
        if (usable) {
          hits++;
          expect(seen.text).toBe((stored as Stored).body);
          expect(seen.header("age")).toBe(String(Math.floor(age)));
          continue;
        }
        if (reply.changed || version === 0) version++;
        const etag = reply.etag ? `"${version}"` : "";
        const condition = origin.last.header("if-none-match");
        expect(condition).toBe(stored === null || stored.etag === "" ? undefined : stored.etag);
        if (condition !== undefined && condition === etag) {
          validations++;
          origin.last.answer(304, headersOf(reply, etag));
          expect(seen.text).toBe((stored as Stored).body);
          const { body } = stored as Stored;
          stored = {
            body,
            etag,
            lifetime: Math.max(0, lifetimeOf(reply)),
            ageThen: reply.age,
            at: now,
            noCache: reply.noCache,
          };
          // What may no longer be stored may not stay.
          if (reply.noStore || reply.isPrivate) stored = null;
          // Cache-Control that a 304 leaves out stays as it was.
          if (headersOf(reply, "").includes("Cache-Control")) continue;
          return;
        }
        const passed = stored === null && now < passedUntil;
        const body = `content ${version}`;
        origin.last.answer(200, headersOf(reply, etag), body);
        expect(seen.text).toBe(body);
        if (passed) continue;
        if (reply.noStore || reply.isPrivate) passedUntil = now + 10;
        if (!mayStore(reply)) continue;
        const lifetime = Math.max(0, lifetimeOf(reply));
        stored = { body, etag, lifetime, ageThen: reply.age, at: now, noCache: reply.noCache };
      }
    }),
    { numRuns: 1500 },
  );
  expect(hits).toBeGreaterThan(500);
  expect(validations).toBeGreaterThan(100);
});
