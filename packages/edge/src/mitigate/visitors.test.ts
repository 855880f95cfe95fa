import { expect, test } from "bun:test";
import type { Observation } from "#mitigate/observation.ts";
import { Visitors } from "#mitigate/visitors.ts";

const base: Observation = {
  at: 0,
  weight: 1,
  visitor: 0,
  address: "192.0.2.1",
  cookies: 0,
  kind: "page",
  method: "GET",
  known: false,
  resource: "/",
  features: [],
};

/** Pages that a visitor asks for, each with its image. */
function visit(visitors: Visitors, visitor: number, times: readonly number[]): void {
  for (const at of times) {
    visitors.note({ ...base, visitor, at });
    visitors.note({ ...base, visitor, at, kind: "asset" });
  }
}

/** A site whose readers take five seconds for a page. */
function site(): Visitors {
  const visitors = new Visitors();
  for (let visitor = 1; visitor <= 60; visitor++) {
    visit(visitors, visitor, [1000, 6000]);
    visitors.learn([{ ...base, visitor, at: 6000 }]);
  }
  return visitors;
}

test("who turned pages together as no readers do is a machine for a while, not for good", () => {
  const visitors = site();
  const crowd = Array.from({ length: 20 }, (_, n) => 1000 + n);
  for (const visitor of crowd) visit(visitors, visitor, [10_000, 11_000, 12_000]);
  expect(visitors.bearing(1000, 12_500)).toBe("person");
  expect(visitors.hasty(crowd, 12_500)).toEqual(crowd);
  expect(visitors.bearing(1000, 12_500)).toBe("machine");
  expect(visitors.bearing(1000, 27_000)).toBe("machine");
  expect(visitors.bearing(1000, 27_500)).toBe("person");
});

test("who goes on as fast is found again", () => {
  const visitors = site();
  const crowd = Array.from({ length: 20 }, (_, n) => 1000 + n);
  const turnPages = (from: number, to: number): void => {
    for (let at = from; at <= to; at += 1000) {
      for (const visitor of crowd) visit(visitors, visitor, [at]);
    }
  };
  turnPages(10_000, 12_000);
  expect(visitors.hasty(crowd, 12_500)).toEqual(crowd);
  turnPages(13_000, 28_000);
  expect(visitors.bearing(1000, 28_500)).toBe("person");
  expect(visitors.hasty(crowd, 28_500)).toEqual(crowd);
  expect(visitors.bearing(1000, 28_500)).toBe("machine");
});
