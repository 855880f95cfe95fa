import { expect, test } from "bun:test";
import fc from "fast-check";
import { fileLimits } from "#app/files.ts";
import { boardMediaSchema, DEFAULT_MEDIA_POLICY, narrowed } from "#media/policy.ts";

const SIZES = ["imageBytes", "videoBytes", "audioBytes", "documentBytes", "seconds"] as const;

test("a board takes what the site takes unless it says otherwise", () => {
  expect(narrowed(DEFAULT_MEDIA_POLICY, boardMediaSchema.parse({}))).toEqual(DEFAULT_MEDIA_POLICY);
});

test("a board never takes more than the site", () => {
  const sizes = fc.integer({ min: 0, max: 1_000_000 });
  const own = fc.record({
    kinds: fc.subarray([...boardMediaSchema.parse({}).kinds]),
    imageKilobytes: sizes,
    videoKilobytes: sizes,
    audioKilobytes: sizes,
    documentKilobytes: sizes,
    seconds: fc.integer({ min: 0, max: 86_400 }),
  });
  fc.assert(
    fc.property(own, (board) => {
      const policy = narrowed(DEFAULT_MEDIA_POLICY, board);
      for (const name of SIZES) {
        expect(policy[name]).toBeLessThanOrEqual(DEFAULT_MEDIA_POLICY[name]);
        expect(policy[name]).toBeGreaterThan(0);
      }
      for (const kind of policy.kinds) {
        expect(DEFAULT_MEDIA_POLICY.kinds).toContain(kind);
        expect(board.kinds).toContain(kind);
      }
    }),
  );
});

test("forms say what the board takes", () => {
  const board = boardMediaSchema.parse({ kinds: ["png", "mp3", "pdf"], imageKilobytes: 100 });
  const limits = fileLimits(narrowed(DEFAULT_MEDIA_POLICY, board));
  expect(limits).toMatchObject({ kinds: ["PNG", "MP3"], accept: "image/png,audio/mpeg" });
  const pictures = boardMediaSchema.parse({ kinds: ["png"], imageKilobytes: 100 });
  expect(fileLimits(narrowed(DEFAULT_MEDIA_POLICY, pictures)).bytesMost).toBe(102_400);
  const none = boardMediaSchema.parse({ kinds: [] });
  expect(fileLimits(narrowed(DEFAULT_MEDIA_POLICY, none)).kinds).toEqual([]);
});
