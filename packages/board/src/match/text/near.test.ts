import { describe, expect, test } from "bun:test";
import { fold } from "#match/text/fold.ts";
import { NearTexts, sketchOf } from "#match/text/near.ts";
import { EDITS } from "#match/text/testing/edits.ts";
import { numbers, writePost, writeText } from "#match/text/testing/writer.ts";

const SEED = 20_261;
const REMOVED = 400;
const ORDINARY = 40_000;

describe("texts that were removed", () => {
  test("come to the same letters, however they are dressed", () => {
    const plain = fold("The kettle is hot, hello all");
    for (const dressed of [
      "tHe KETTLE is hot; hello all",
      "Thе kеttlе іs hоt, hеllо аll",
      "The k3ttl3 is h0t, h3llo 4ll",
      "T h e k e t t l e i s h o t h e l l o a l l",
      "The ke\u200bttle i\u00ads h\u2060ot, hello all",
      "Ｔｈｅ ｋｅｔｔｌｅ ｉｓ ｈｏｔ， ｈｅｌｌｏ ａｌｌ",
      "The kéttle ïs hôt, helloooo aaaall",
      "𝕿𝖍𝖊 𝖐𝖊𝖙𝖙𝖑𝖊 𝖎𝖘 𝖍𝖔𝖙, 𝖍𝖊𝖑𝖑𝖔 𝖆𝖑𝖑",
    ]) {
      expect(fold(dressed)).toBe(plain);
    }
    expect(fold("300 of 1000")).toBe("300of1000");
  });

  test("edited copies are known again, and ordinary posts are not taken for them", () => {
    const next = numbers(SEED);
    const texts = Array.from({ length: REMOVED }, () =>
      writeText(next, 4 + Math.floor(next() * 16)),
    );
    const removed = new NearTexts();
    for (const [id, text] of texts.entries()) removed.add(id, sketchOf(text));

    expect(removed.size).toBe(REMOVED);
    let found = 0;
    let asked = 0;
    const lines: string[] = [];
    for (const [name, edit] of Object.entries(EDITS)) {
      let here = 0;
      for (const [id, text] of texts.entries()) {
        if (removed.near(edit(text, next)).some((match) => match.id === id)) here++;
      }
      lines.push(`  ${((here / REMOVED) * 100).toFixed(1)} % ${name}`);
      found += here;
      asked += REMOVED;
    }
    let wrong = 0;
    const began = performance.now();
    for (let i = 0; i < ORDINARY; i++) if (removed.near(writePost(next)).length > 0) wrong++;
    const each = (performance.now() - began) / ORDINARY;
    process.stdout.write(
      `${lines.join("\n")}\nrecall ${((found / asked) * 100).toFixed(2)} % of ${asked} edited copies; ` +
        `${wrong} of ${ORDINARY} ordinary posts taken for one; ${each.toFixed(3)} ms a post\n`,
    );
    expect(found / asked).toBeGreaterThanOrEqual(0.95);
    expect(wrong).toBeLessThanOrEqual(ORDINARY / 10_000);
  }, 300_000);
});
