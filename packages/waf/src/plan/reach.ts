import { allBits, type Bits, hasBit, setBit } from "#plan/bits.ts";
import type { Plan } from "#plan/plan.ts";
import { Source, type SourceKind } from "#plan/source.ts";
import { headVariables, responseVariables, type Step } from "#plan/step.ts";
import type { VariableName } from "#rule/variables.ts";

const shapes: readonly {
  readonly kind: SourceKind;
  readonly variables: readonly VariableName[];
  readonly changes: 0 | 1;
}[] = [
  { kind: "header", variables: ["REQUEST_HEADERS"], changes: 0 },
  { kind: "headerName", variables: ["REQUEST_HEADERS_NAMES"], changes: 0 },
  { kind: "query", variables: ["ARGS", "ARGS_GET"], changes: 0 },
  { kind: "queryName", variables: ["ARGS_NAMES", "ARGS_GET_NAMES"], changes: 0 },
  { kind: "posted", variables: ["ARGS", "ARGS_POST"], changes: 1 },
  { kind: "postedName", variables: ["ARGS_NAMES", "ARGS_POST_NAMES"], changes: 1 },
  { kind: "cookie", variables: ["REQUEST_COOKIES"], changes: 0 },
  { kind: "cookieName", variables: ["REQUEST_COOKIES_NAMES"], changes: 0 },
];

/**
 * The steps that known values can rule out before they run, and where such values come from. One is
 * made for each set of steps that quiet requests get to: rules of a paranoia level that is not in
 * force cost nothing.
 */
export class Reach {
  /** The steps whose values are looked at, by gate. */
  readonly mask: Bits;
  /** For each phase the sources that its steps look at. */
  readonly sources: readonly (readonly Source[])[];

  constructor(plan: Plan, mask: Bits) {
    this.mask = mask;
    const steps = [...plan.steps, ...plan.links.values()].filter(
      (step): step is Step => step !== undefined && step.gate >= 0 && hasBit(mask, step.gate),
    );
    const sizes = { operators: plan.gate.words, steps: mask.length };
    const known = new Set(shapes.flatMap(({ variables }) => variables));
    const others = new Set(
      steps
        .flatMap((step) => step.rule.targets.include)
        .map(({ variable }) => variable)
        .filter((variable) => !known.has(variable)),
    );
    const all = [
      ...shapes,
      ...[...others].map((variable) => ({
        kind: "items" as const,
        variables: [variable],
        changes: changesOf(variable),
      })),
    ].map((shape, index) => new Source(index, shape, steps, sizes));
    this.sources = plan.phases.map(({ from, to }) =>
      all.filter((source) => source.concerns(from, to)),
    );
  }
}

function changesOf(variable: VariableName): 0 | 1 | 2 {
  if (responseVariables.has(variable)) return 2;
  return headVariables.has(variable) ? 0 : 1;
}

/** Every step that values can rule out. */
export function valuedSteps(plan: Plan): Bits {
  const mask = allBits((plan.gates + 31) >> 5, 0);
  for (const step of plan.steps) if (step?.valued === true) setBit(mask, step.place);
  return mask;
}
