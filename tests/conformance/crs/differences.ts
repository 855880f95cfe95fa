import type { Case } from "./case.ts";

/** Something that the edge does otherwise than the server that the cases were written with, and why. */
interface Difference {
  readonly rule: number;
  /** What `judge` says of it. */
  readonly problem: RegExp;
  readonly why: string;
}

/** Never more than ten. */
const differences: readonly Difference[] = [
  {
    rule: 920181,
    problem: /^unwanted match of 920181;/,
    why: "a request with Content-Length and Transfer-Encoding is shown to the rules with both, as it came, and then refused; Apache takes Content-Length away first, so that the rule about it can't match",
  },
  {
    rule: 920620,
    problem: /^unwanted match of 920620;/,
    why: "a repeated Content-Type is shown to the rules as the two fields that came; Apache joins them, so that the rule about it can't match",
  },
  {
    rule: 920430,
    problem: /^status 505, not 400;/,
    why: "a well-formed version that is not spoken is answered with 505 (RFC 9110, section 15.6.6), not with 400",
  },
];

export function differenceOf(one: Case, problem: string): Difference | undefined {
  return differences.find(
    ({ rule, problem: known }) => rule === one.rule_id && known.test(problem),
  );
}
