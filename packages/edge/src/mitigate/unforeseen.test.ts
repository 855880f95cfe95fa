import { describe, expect, test } from "bun:test";
import { seeded } from "@egide/std/random.ts";
import { everyday } from "#mitigate/testing/people.ts";
import { play, timeToMitigate } from "#mitigate/testing/stage.ts";
import { SCENES } from "#mitigate/testing/unforeseen.ts";

describe.each(SCENES.map((scene) => [scene.name, scene] as const))(
  "%s",
  (_, { calm, lasts, rate, within = 1000, refused = 0, through = 1, make }) => {
    const end = calm + lasts;
    const sources = [...everyday(seeded(3), end), ...make(calm, end, seeded(41))];
    const run = play(sources, end + 90_000);

    test("is held off", () => {
      const time = timeToMitigate(run.reached, calm, rate);
      expect(time).toBeLessThanOrEqual(within ?? lasts);
      expect(run.reached.length / run.attack).toBeLessThan(through);
    });

    test("without people being hurt", () => {
      expect(run.refused / run.people).toBeLessThanOrEqual(refused);
      expect(run.challenged / run.people).toBeLessThan(0.01);
    });

    test("and forgotten when it is over", () => {
      expect(run.guard.rules).toEqual([]);
    });
  },
);
