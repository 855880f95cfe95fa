import { captureSlots, isCapture, type SlotNames } from "#plan/slots.ts";
import type { PlannedTarget, Step } from "#plan/step.ts";
import type { Regex } from "#regex/regex.ts";
import type { Effect } from "#rule/effect.ts";
import type { Macro } from "#rule/macro.ts";
import type { VariableName } from "#rule/variables.ts";

/**
 * A chain, or its first rules, that depend on nothing but TX variables (and on the request's shape, see
 * run/shape.ts) and change nothing but these: what they do can be found out once for all requests.
 */
export interface Play {
  /** The rules that can be played. */
  readonly chain: Step;
  /** They are the whole chain. */
  readonly whole: boolean;
  /** They write TX variables whose names are made up while running. */
  readonly coins: boolean;
}

/** What of a rule set can be played, by the place of the chain. */
export interface Plays {
  /** By TX variables alone. */
  readonly still: readonly (Play | undefined)[];
  /** By TX variables and the request's shape. */
  readonly shaped: readonly (Play | undefined)[];
  /** 1 for the slots that played rules read or write. */
  readonly watched: Uint8Array;
  /** By these, played rules read variables whose names are made up. */
  readonly coined: readonly Regex[];
  /** All that reads TX variables by a pattern, and the chain it stands in. */
  readonly readers: readonly { readonly chain: number; readonly regex: Regex }[];
}

/** Variables that a request's shape says. */
const shapeVariables: ReadonlySet<VariableName> = new Set<VariableName>([
  "REQUEST_HEADERS_NAMES",
  "REQUEST_METHOD",
  "REQUEST_PROTOCOL",
]);

const countable: ReadonlySet<VariableName> = new Set([...shapeVariables, "REQUEST_HEADERS"]);

/** Finds what can be played. To be asked when all slots are numbered. */
export function findPlays(steps: readonly (Step | undefined)[], slots: SlotNames): Plays {
  const chains = steps.filter((step) => step !== undefined);
  const finder = new PlayFinder(chains, slots);
  const still: (Play | undefined)[] = [];
  const shaped: (Play | undefined)[] = [];
  const watched = new Uint8Array(slots.names.length);
  const coined: Regex[] = [];
  for (const first of chains) {
    still[first.place] = finder.find(first, false);
    shaped[first.place] = finder.find(first, true);
    watch(shaped[first.place], slots, watched, coined);
  }
  return { still, shaped, watched, coined, readers: finder.readers };
}

/** What the rules of a chain have done so far. */
interface Sofar {
  readonly byShape: boolean;
  captured: boolean;
  coined: boolean;
}

class PlayFinder {
  readonly readers: { readonly chain: number; readonly regex: Regex }[] = [];
  readonly #slots: SlotNames;
  /** Some rule looks at all TX variables, whatever their names. */
  #anyName = false;

  constructor(chains: readonly Step[], slots: SlotNames) {
    this.#slots = slots;
    for (const first of chains)
      for (const { targets } of rulesOf(first))
        for (const { variable, selector } of targets.list) {
          if (variable !== "TX") continue;
          if (selector.kind === "pattern")
            this.readers.push({ chain: first.index, regex: selector.regex });
          else if (selector.kind === "all") this.#anyName = true;
        }
  }

  find(first: Step, byShape: boolean): Play | undefined {
    const sofar: Sofar = { byShape, captured: false, coined: false };
    const links: Step[] = [];
    let step: Step | undefined = first;
    for (; step !== undefined && this.#plays(step, sofar); step = step.next) links.push(step);
    const cut = links.reduceRight<Step | undefined>((next, link) => ({ ...link, next }), undefined);
    return cut === undefined
      ? undefined
      : { chain: cut, whole: step === undefined, coins: sofar.coined };
  }

  #plays(step: Step, sofar: Sofar): boolean {
    const { rule, operator } = step;
    if (operator !== undefined) {
      if (!step.targets.list.every((target) => this.#known(target, sofar))) return false;
      if (!operator.pure && !(operator.macro !== undefined && reads(operator.macro, sofar)))
        return false;
    }
    sofar.captured ||= captures(step);
    return rule.effects.every((effect) => this.#sets(effect, sofar));
  }

  #known({ variable, slot, selector, count, exclude }: PlannedTarget, sofar: Sofar): boolean {
    if (variable !== "TX")
      return sofar.byShape && (count ? countable : shapeVariables).has(variable);
    if (exclude.length > 0) return false;
    if (slot >= 0) return slot >= captureSlots || sofar.captured;
    if (selector.kind !== "pattern" || !sofar.coined) return false;
    return this.#slots.matching(selector.regex).every((one) => one >= captureSlots);
  }

  /** True for a setvar of a TX variable to something that TX variables say. */
  #sets(effect: Effect, sofar: Sofar): boolean {
    if (effect.kind !== "setvar" || effect.collection !== "TX") return false;
    const { key, value } = effect;
    if (!reads(value, sofar)) return false;
    if (key.constant !== undefined) return !isCapture(key.constant);
    if (!sofar.byShape || this.#anyName || !reads(key, sofar)) return false;
    // A name that no rule knows by itself: it begins as none of these does.
    const start = key.source.slice(0, key.source.indexOf("%{")).toLowerCase();
    if (start === "" || this.#slots.names.some((name) => name.toLowerCase().startsWith(start)))
      return false;
    sofar.coined = true;
    return true;
  }
}

function rulesOf(first: Step): Step[] {
  const out: Step[] = [];
  for (let step: Step | undefined = first; step !== undefined; step = step.next) out.push(step);
  return out;
}

/** True for a rule that sets TX:0 to TX:9 whenever it matches. */
function captures({ rule, operator, negated }: Step): boolean {
  return rule.capture && operator?.captures !== undefined && !negated;
}

/** True where a macro reads named TX variables alone, and captures where there are some. */
function reads(macro: Macro, { captured }: Sofar): boolean {
  return macro.references.every(
    ({ variable, key }) => variable === "TX" && key !== undefined && (captured || !isCapture(key)),
  );
}

/** Marks the slots that played rules read or write, and gathers the patterns by which they read. */
function watch(
  play: Play | undefined,
  slots: SlotNames,
  watched: Uint8Array,
  coined: Regex[],
): void {
  for (const { rule, operator, targets } of play === undefined ? [] : rulesOf(play.chain)) {
    const macros = [operator?.macro];
    for (const { variable, slot, selector } of targets.list) {
      if (variable !== "TX") continue;
      if (slot >= captureSlots) watched[slot] = 1;
      if (selector.kind !== "pattern") continue;
      coined.push(selector.regex);
      for (const one of slots.matching(selector.regex)) watched[one] = 1;
    }
    for (const effect of rule.effects) {
      if (effect.kind !== "setvar") continue;
      macros.push(effect.key, effect.value);
      if (effect.key.constant !== undefined) watched[slots.slotOf(effect.key.constant)] = 1;
    }
    for (const { key } of macros.flatMap((macro) => macro?.references ?? []))
      if (key !== undefined && !isCapture(key)) watched[slots.slotOf(key)] = 1;
  }
}
