import { expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import fc from "fast-check";
import { HeldBody } from "#inspect/body/held-body.ts";

/** Collects, pausing and resuming as told before each chunk. */
function drive(chunks: readonly string[], limit: number, pauses: readonly boolean[]) {
  const source = new FakeSource();
  const seen: string[] = [];
  const state = { held: null as boolean | null, ended: 0 };
  let out = "";
  const body = new HeldBody(source, limit, {
    seen: (chunk) => seen.push(Buffer.from(chunk).toString("latin1")),
    held(isWhole) {
      state.held = isWhole;
    },
    broke: () => expect.unreachable(),
  });
  body.begin();
  let fed = 0;
  // A source that is paused may still bring what it had read already: one chunk.
  while (fed < chunks.length && state.held === null) source.data(chunks[fed++] as string);
  if (fed === chunks.length) source.end(["x", "y"]);
  expect(out).toBe("");
  let turn = 0;
  body.pipe({
    data(chunk) {
      out += Buffer.from(chunk).toString("latin1");
      if (pauses[turn++ % Math.max(1, pauses.length)] === true) body.pause();
    },
    end(trailers) {
      expect(trailers).toEqual(["x", "y"]);
      state.ended++;
    },
    fail: () => expect.unreachable(),
  });
  for (let i = 0; i < 1000 && state.ended === 0; i++) {
    body.resume();
    if (fed < chunks.length) {
      source.data(chunks[fed++] as string);
      if (fed === chunks.length) source.end(["x", "y"]);
    }
  }
  return { out, ...state, seen: seen.join("") };
}

test("whatever is held, paused or late, the body comes out whole and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 20 }),
      fc.integer({ min: 0, max: 100 }),
      fc.array(fc.boolean(), { maxLength: 5 }),
      (texts, limit, pauses) => {
        const chunks = texts.map((text) => Buffer.from(text, "utf8").toString("latin1"));
        const bytes = chunks.map((chunk) => Buffer.from(chunk).toString("latin1"));
        const whole = bytes.join("");
        const result = drive(chunks, limit, pauses);
        expect(result.out).toBe(whole);
        expect(result.ended).toBe(1);
        expect(whole.startsWith(result.seen)).toBe(true);
        // All that fits is judged; what is held beyond is one chunk at most.
        expect(result.held).toBe(whole.length <= limit);
        if (whole.length > limit) expect(result.seen.length).toBeGreaterThan(limit);
      },
    ),
  );
});

test("a body that breaks off is told while it is held, and passed on afterwards", () => {
  const error = new AppError({ code: "x.y", source: "client", retry: false, publicMessage: "" });
  const early = new FakeSource();
  const told: unknown[] = [];
  const watcher = { seen() {}, held() {}, broke: (what: unknown) => told.push(what) };
  new HeldBody(early, 10, watcher).begin();
  early.data("abc");
  early.fail(error);
  expect(told).toEqual([error]);

  const late = new FakeSource();
  const body = new HeldBody(late, 2, watcher);
  body.begin();
  late.data("abc");
  expect(late.paused).toBe(true);
  late.fail(error);
  const passed: unknown[] = [];
  body.pipe({ data: () => passed.push("data"), end() {}, fail: (what) => passed.push(what) });
  expect(passed).toEqual(["data", error]);
});

test("a cancelled body says nothing more and lets go of its source", () => {
  const source = new FakeSource();
  const body = new HeldBody(source, 2, { seen() {}, held() {}, broke: () => expect.unreachable() });
  body.begin();
  source.data("abc");
  body.cancel();
  expect(source.cancelled).toBe(true);
});
