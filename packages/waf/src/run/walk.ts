import { type Bits, hasBit } from "#plan/bits.ts";
import type { Plan } from "#plan/plan.ts";
import type { Step } from "#plan/step.ts";
import type { Evaluator } from "#run/evaluator.ts";
import { Gatherer } from "#run/gather.ts";
import type { Overlay } from "#run/overlay.ts";
import type { QuietPath, QuietPaths } from "#run/quiet.ts";
import type { State } from "#run/state.ts";
import type { TxStore } from "#run/tx-store.ts";

const noVariables: Readonly<Record<string, string>> = {};

/** The way of a request whose head is known, which begins with these variables. */
export function walkFor(
  plan: Plan,
  paths: QuietPaths,
  state: State,
  evaluator: Evaluator,
  variables: Readonly<Record<string, string>> = noVariables,
): Walk {
  const { tx } = state;
  const { texts, overlay } = evaluator;
  if (texts === undefined) {
    for (const name in variables) tx.set(name, variables[name] as string);
    return new Walk(plan, paths, tx, evaluator, undefined);
  }
  const { snapshot, aside, reach } = paths.start(variables, overlay, state.facts);
  tx.become(snapshot);
  for (const name of aside) tx.set(name, variables[name] as string);
  evaluator.gatherer = new Gatherer(reach, state, texts);
  return new Walk(plan, paths, tx, evaluator, evaluator.gatherer);
}

/**
 * Goes through the steps of a phase that have to run, in their order. Without a gatherer (plain
 * evaluation) that is every step.
 */
export class Walk {
  readonly #plan: Plan;
  readonly #paths: QuietPaths;
  readonly #tx: TxStore;
  readonly #evaluator: Evaluator;
  readonly #gatherer: Gatherer | undefined;
  #path: QuietPath;
  /** The overlay that the path was found for. */
  #overlay: Overlay;
  #place = 0;
  #end = 0;

  constructor(
    plan: Plan,
    paths: QuietPaths,
    tx: TxStore,
    evaluator: Evaluator,
    gatherer: Gatherer | undefined,
  ) {
    this.#plan = plan;
    this.#paths = paths;
    this.#tx = tx;
    this.#evaluator = evaluator;
    this.#gatherer = gatherer;
    this.#path = paths.loud;
    this.#overlay = evaluator.overlay;
  }

  enter(phase: number): void {
    const { from, to } = this.#plan.phases[phase - 1] as { from: number; to: number };
    this.#place = from;
    this.#end = to;
    this.#gatherer?.gather(phase);
    this.#follow();
  }

  /** Takes the path that starts here. */
  #follow(): void {
    this.#overlay = this.#evaluator.overlay;
    this.#path = this.#paths.path(this.#place, this.#tx.snapshot, this.#overlay);
  }

  /** The next step that has to run; undefined at the phase's end. */
  next(): Step | undefined {
    const { always, valued, before, after } = this.#path;
    const open = this.#gatherer?.open;
    for (let place = this.#place; place < this.#end; ) {
      const word = place >> 5;
      const may = (valued[word] as number) & (open === undefined ? -1 : (open[word] as number));
      const left = ((always[word] as number) | may) & (-1 << (place & 31));
      if (left === 0) {
        place = (word + 1) << 5;
        continue;
      }
      place = (word << 5) + 31 - Math.clz32(left & -left);
      if (place >= this.#end) break;
      const step = this.#plan.steps[place] as Step;
      if (open !== undefined && !isOpen(step.guards, open)) {
        place++;
        continue;
      }
      this.#place = place + 1;
      if (before !== undefined) this.#tx.become(before[place] as NonNullable<typeof after>);
      return step;
    }
    if (after !== undefined) this.#tx.become(after);
    return undefined;
  }

  /** The step has run: goes on where it says, on another path where it changed what paths stand on. */
  passed(step: Step, matched: boolean): void {
    const jumps = matched && step.jump >= 0;
    if (jumps) this.#place = step.jump;
    if (this.#path.before === undefined) return;
    const { overlay } = this.#evaluator;
    if (jumps || this.#tx.snapshot === undefined) return this.#follow();
    if (overlay === this.#overlay) return;
    const same = this.#paths.markOf(overlay) === this.#paths.markOf(this.#overlay);
    if (same) this.#overlay = overlay;
    else this.#follow();
  }
}

/** True where values leave all of these gates open. */
function isOpen(gates: readonly number[], open: Bits): boolean {
  for (let i = 0; i < gates.length; i++) if (!hasBit(open, gates[i] as number)) return false;
  return true;
}
