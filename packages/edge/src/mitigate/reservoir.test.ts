import { expect, test } from "bun:test";
import { Reservoir } from "#mitigate/reservoir.ts";

test("keeps all where there is room, then a share of each, and says what each stands for", () => {
  const reservoir = new Reservoir<number>(4, () => 0.5);
  expect(reservoir.isEmpty).toBe(true);
  for (let i = 0; i < 4; i++) reservoir.add(i);
  expect(reservoir.isEmpty).toBe(false);
  expect(reservoir.take()).toEqual({ items: [0, 1, 2, 3], weight: 1 });
  expect(reservoir.isEmpty).toBe(true);
  for (let i = 0; i < 20; i++) reservoir.add(i);
  const { items, weight } = reservoir.take();
  expect([items.length, weight]).toEqual([4, 5]);
  expect(reservoir.take()).toEqual({ items: [], weight: 0 });
});
