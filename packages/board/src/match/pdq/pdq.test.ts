import { describe, expect, test } from "bun:test";
import { distanceOf, wordsOf } from "#match/pdq/bits.ts";
import type { Pixels } from "#match/pdq/filter.ts";
import { pdq, pdqDihedral, SAME_PICTURE } from "#match/pdq/hash.ts";
import { VECTORS } from "#match/pdq/vectors.generated.ts";

/** Overlapping rectangles and noise, the same for a seed wherever it is drawn. */
function picture(width: number, height: number, seed: number): Pixels {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  const data = new Uint8Array(width * height * 3);
  const part = (value: number, by: number): number => Math.floor(value / by);
  for (let k = 0; k < 40; k++) {
    const left = part(next() * width, 256);
    const top = part(next() * height, 256);
    const right = Math.min(width, left + 1 + part(next() * width, 512));
    const bottom = Math.min(height, top + 1 + part(next() * height, 512));
    const colour = [next(), next(), next()];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        for (let c = 0; c < 3; c++) {
          const at = (y * width + x) * 3 + c;
          data[at] = ((data[at] as number) + (colour[c] as number)) >> 1;
        }
      }
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 3) {
      const noise = next() >> 1;
      for (let c = 0; c < 3; c++) {
        const at = (y * width + x) * 3 + c;
        data[at] = ((data[at] as number) >> 1) + noise;
      }
    }
  }
  return { data, width, height, channels: 3 };
}

/** Shrunk, or enlarged, to a square as CImg does where nothing else is asked of it. */
function nearest({ data, width, height }: Pixels, side: number): Pixels {
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = Math.floor((y * height) / side) * width + Math.floor((x * width) / side);
      out.set(data.subarray(from * 3, from * 3 + 3), (y * side + x) * 3);
    }
  }
  return { data: out, width: side, height: side, channels: 3 };
}

function turnLeft({ data, width, height }: Pixels): Pixels {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        out[((width - 1 - x) * height + y) * 3 + c] = data[(y * width + x) * 3 + c] as number;
      }
    }
  }
  return { data: out, width: height, height: width, channels: 3 };
}

describe("PDQ", () => {
  for (const vector of VECTORS) {
    test(`gives what the published code gives: ${vector.width}×${vector.height}`, () => {
      const mine = pdqDihedral(picture(vector.width, vector.height, vector.seed));
      expect(mine.map(({ hash }) => hash)).toEqual([...vector.hashes]);
      expect(mine.map(({ quality }) => quality)).toEqual(mine.map(() => vector.quality));
    });
  }

  test.each([
    [640, 480],
    [1024, 768],
    [800, 33],
    [513, 700],
  ])(
    "is near to what the published command line makes of a large picture: %p×%p",
    (width, height) => {
      const large = picture(width, height, 5);
      const mine = wordsOf(pdq(large)?.hash as string);
      const theirs = wordsOf(pdq(nearest(large, 512))?.hash as string);
      expect(distanceOf(mine, theirs)).toBeLessThanOrEqual(20);
    },
  );

  test("keeps the distances between published examples", () => {
    // The first two examples of ThreatExchange's PDQ signal type (copies of one bridge).
    const bridge = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22";
    const other = "f8f8f0cee0f4a84f06370a2a038f63f0b36e26d596621e1d33e6b39c4e9c9b22";
    expect(distanceOf(wordsOf(bridge), wordsOf(other))).toBe(2);
  });

  test("a turned picture has the hash that was foretold for it", () => {
    const original = picture(512, 512, 3);
    const foretold = pdqDihedral(original).map(({ hash }) => wordsOf(hash));
    const turned = wordsOf(pdq(turnLeft(original))?.hash as string);
    const distances = foretold.map((words) => distanceOf(words, turned));
    expect(Math.min(...distances)).toBeLessThanOrEqual(SAME_PICTURE);
    expect(distances[0]).toBeGreaterThan(SAME_PICTURE);
  });

  test("greys are read as they are, and transparency lies over black", () => {
    const rgb = picture(200, 150, 4);
    const rgba = new Uint8Array(200 * 150 * 4);
    for (let i = 0; i < 200 * 150; i++) {
      rgba.set([...rgb.data.subarray(i * 3, i * 3 + 3), 255], i * 4);
    }
    expect(pdq({ ...rgb, data: rgba, channels: 4 })).toEqual(pdq(rgb));
    const grey = new Uint8Array(200 * 150).fill(120);
    expect(pdq({ data: grey, width: 200, height: 150, channels: 1 })?.quality).toBe(0);
    expect(pdq({ data: grey, width: 4, height: 150, channels: 1 })).toBeNull();
  });
});
