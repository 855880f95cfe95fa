import { Role } from "#plan/role.ts";
import type { Step } from "#plan/step.ts";
import type { Target } from "#rule/model.ts";
import { picks } from "#rule/pick.ts";
import { targetSetKey } from "#rule/targets.ts";
import type { VariableName } from "#rule/variables.ts";

/** Where values come from; `items` is any other variable, read as rules read it. */
export type SourceKind =
  | "header"
  | "headerName"
  | "query"
  | "queryName"
  | "posted"
  | "postedName"
  | "cookie"
  | "cookieName"
  | "items";

/** What a step says of the values of one source. */
interface Interest {
  readonly step: Step;
  readonly include: readonly Target[];
  readonly exclude: readonly Target[];
}

/** Variables without values where no body was read. */
const bodyVariables: ReadonlySet<VariableName> = new Set<VariableName>([
  "FILES",
  "FILES_NAMES",
  "FILES_SIZES",
  "FILES_TMP_CONTENT",
  "MULTIPART_FILENAME",
  "MULTIPART_NAME",
  "MULTIPART_PART_HEADERS",
  "REQUEST_BODY",
  "XML",
]);

/** Names whose role is remembered. */
const maxNames = 1000;
const maxNameLength = 128;

/** One place where values come from, and the variables that each of them is a value of. */
export class Source {
  readonly index: number;
  readonly kind: SourceKind;
  readonly variables: readonly VariableName[];
  /** When its values may change: 0 never after the head, 1 with the request's body, 2 with the response. */
  readonly changes: 0 | 1 | 2;
  /** Without a body that was read there are no such values. */
  readonly needsBody: boolean;
  readonly #interests: readonly Interest[];
  readonly #sizes: { readonly operators: number; readonly steps: number };
  /** Every selector that tells its values apart. */
  readonly #named = new Map<string, Target[]>();
  readonly #others: Target[] = [];
  readonly #roles = new Map<string, Role>();
  #names = new Map<string, Role>();

  constructor(
    index: number,
    shape: { kind: SourceKind; variables: readonly VariableName[]; changes: 0 | 1 | 2 },
    steps: readonly Step[],
    sizes: { operators: number; steps: number },
  ) {
    this.index = index;
    this.kind = shape.kind;
    this.variables = shape.variables;
    this.changes = shape.changes;
    this.needsBody =
      shape.kind === "posted" ||
      shape.kind === "postedName" ||
      shape.variables.every((variable) => bodyVariables.has(variable));
    this.#sizes = sizes;
    const own = ({ variable }: Target): boolean => shape.variables.includes(variable);
    this.#interests = steps
      .map((step) => ({
        step,
        include: step.rule.targets.include.filter(own),
        exclude: step.rule.targets.exclude.filter(own),
      }))
      .filter(({ include }) => include.length > 0);
    this.#collect();
  }

  /** True where a step between these places looks at it. */
  concerns(from: number, to: number): boolean {
    return this.#interests.some(({ step }) => step.place >= from && step.place < to);
  }

  #collect(): void {
    const seen = new Set<string>();
    for (const { include, exclude } of this.#interests) {
      for (const target of [...include, ...exclude]) {
        const key = targetSetKey({ include: [target], exclude: [] });
        if (seen.has(key) || target.selector.kind === "all") continue;
        seen.add(key);
        if (target.selector.kind === "name") {
          const { lower } = target.selector;
          this.#named.set(lower, [...(this.#named.get(lower) ?? []), target]);
        } else this.#others.push(target);
      }
    }
  }

  /** The role of a value under that name. */
  roleOf(name: string): Role {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const role = this.#find(name);
    if (name.length > maxNameLength) return role;
    if (this.#names.size >= maxNames) this.#names = new Map();
    this.#names.set(name, role);
    return role;
  }

  #find(name: string): Role {
    const lower = name.toLowerCase();
    // Names that the same selectors pick have the same role, and most names none picks.
    let signature = this.#named.has(lower) ? `${lower}\n` : "";
    for (const [index, { selector }] of this.#others.entries())
      if (picks(selector, name, lower)) signature += `${index} `;
    let role = this.#roles.get(signature);
    if (role === undefined) {
      const picked = ({ selector }: Target): boolean => picks(selector, name, lower);
      const steps = this.#interests.filter(({ include, exclude }) =>
        include.some((target) => picked(target) && !excludes(exclude, target.variable, picked)),
      );
      role = new Role(
        steps.map(({ step }) => step),
        this.#sizes.operators,
        this.#sizes.steps,
      );
      this.#roles.set(signature, role);
    }
    return role;
  }
}

function excludes(
  exclude: readonly Target[],
  variable: VariableName,
  picked: (target: Target) => boolean,
): boolean {
  return exclude.some((target) => target.variable === variable && picked(target));
}
