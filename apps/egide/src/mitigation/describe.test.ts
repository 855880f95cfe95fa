import { expect, test } from "bun:test";
import { describe } from "#mitigation/describe.ts";
import type { Mitigations } from "#mitigation/message.ts";

const rule: Mitigations["rules"][number] = {
  id: "m-0001",
  zone: "example.org",
  measure: "probe",
  expression: 'http.cookie eq "" and not egide.visitor.known',
  why: "far more requests than usual reach the origin",
  does: "visitors are sent round once with a cookie",
  evidence: {
    rate: 812.3,
    expected: 1.24,
    coverage: 0.983,
    collateral: 0.004,
    people: 0,
    machines: 1,
  },
  age: 12_000,
  left: 14_600,
  rate: 799.6,
  stopped: 9540,
  enforced: true,
};

test("a rule says what was noticed, whom it means, what it does and when it ends", () => {
  expect(describe({ rules: [rule], past: [] }, 10)).toBe(
    `m-0001  example.org  for 12 s
  noticed   far more requests than usual reach the origin: 812 such requests a second, 1.2 are usual
  means     http.cookie eq "" and not egide.visitor.known
  does      visitors are sent round once with a cookie (probe)
  stopped   800 requests a second now, 9,540 in all
  rests on  98 % of what is too much is like this, 0.4 % of ordinary requests are
            of who sent it, as far as can be told, 0 % behave like people, 100 % like machines
  ends      in 15 s if nothing more comes; now: egide mitigation lift m-0001
`,
  );
});

test("a zone that is only watched says so", () => {
  const text = describe({ rules: [{ ...rule, enforced: false }], past: [] }, 10);
  expect(text).toContain("only watched: nobody is stopped");
});

test("of what was done the last fits on the screen, the rest is counted", () => {
  const past = Array.from({ length: 30 }, (_, n) => ({
    ago: (30 - n) * 60_000,
    zone: "example.org",
    text: `thing ${n}`,
  }));
  const text = describe({ rules: [], past }, 10);
  expect(text).toContain("Nothing is being held off.");
  expect(text).toContain("20 more with --all");
  expect(text.split("\n")).toHaveLength(14);
  expect(text).toContain("10 min ago  example.org: thing 20");
  expect(text).not.toContain("thing 19");
  expect(describe({ rules: [], past }, Number.POSITIVE_INFINITY)).toContain("thing 0");
});
