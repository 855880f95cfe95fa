import { anyKind, kindsOf, type Made, makes, triggers } from "#transform/kinds.ts";
import type { Transform } from "#transform/registry.ts";

/** One step in a chain of transformations; chains with the same beginning share their nodes. */
export interface Stage {
  readonly index: number;
  readonly parent: Stage | undefined;
  readonly transform: Transform | undefined;
  /** Kinds of bytes without which its own transformation changes nothing. */
  readonly own: number;
  /** Kinds of bytes without which the whole chain changes nothing. */
  readonly triggers: number;
  /** What its own transformation may make; undefined where nothing is known of that. */
  readonly made: (Made & { readonly kinds: number }) | undefined;
  /** The chain from its first transformation to this one. */
  readonly path: readonly Stage[];
}

/** All chains of transformations of a rule set, as a tree. Stage 0 changes nothing. */
export class StageTree {
  readonly root: Stage = {
    index: 0,
    parent: undefined,
    transform: undefined,
    own: 0,
    triggers: 0,
    made: undefined,
    path: [],
  };
  readonly #children = new Map<string, Stage>();
  #count = 1;

  stageFor(names: readonly string[], transformNamed: (name: string) => Transform): Stage {
    let stage = this.root;
    let chain = "";
    for (const name of names) {
      chain += `/${name}`;
      let next = this.#children.get(chain);
      if (next === undefined) {
        const own = triggers[name] ?? anyKind;
        const made = makes[name];
        const path: Stage[] = [...stage.path];
        next = {
          index: this.#count++,
          parent: stage,
          transform: transformNamed(name),
          own,
          triggers: stage.triggers | own,
          made: made === undefined ? undefined : { ...made, kinds: kindsOf(made.bytes) },
          path,
        };
        path.push(next);
        this.#children.set(chain, next);
      }
      stage = next;
    }
    return stage;
  }
}

/** False where a chain of transformations changes nothing in strings of these kinds of bytes. */
export function acts(stage: Stage, kinds: number): boolean {
  return (
    stage.parent !== undefined && (stage.triggers === anyKind || (kinds & stage.triggers) !== 0)
  );
}
