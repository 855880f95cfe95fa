import type { Pair } from "#body/processor.ts";
import { type Bits, hasBit } from "#plan/bits.ts";
import type { Reach } from "#plan/reach.ts";
import type { Source } from "#plan/source.ts";
import type { Step } from "#plan/step.ts";
import type { Text, TextStore } from "#plan/text.ts";
import { Item } from "#run/item.ts";
import type { State } from "#run/state.ts";
import type { Target } from "#rule/model.ts";
import { picks } from "#rule/pick.ts";

/** A value that leaves steps open. */
interface Finding {
  readonly source: Source;
  readonly name: string;
  readonly text: Text;
  readonly open: Bits;
}

/** Looks at every value once, before the rules run, and keeps the steps that some value leaves open. */
export class Gatherer {
  /** Steps that must run, by gate: those that a value leaves open, and those that none is asked about. */
  readonly open: Bits;
  readonly #reach: Reach;
  readonly #state: State;
  readonly #texts: TextStore;
  /** For each source, how often what it reads had changed when it was read. */
  readonly #seen: number[] = [];
  #findings: Finding[] = [];

  constructor(reach: Reach, state: State, texts: TextStore) {
    this.open = reach.mask.map((word) => ~word);
    this.#reach = reach;
    this.#state = state;
    this.#texts = texts;
  }

  /** Reads what the steps of a phase look at and was not read yet. */
  gather(phase: number): void {
    for (const source of this.#reach.sources[phase - 1] as readonly Source[]) {
      if (source.needsBody && !this.#state.facts.hasBody) continue;
      const epoch = this.#state.epochs[source.changes];
      if (this.#seen[source.index] === epoch) continue;
      if (this.#seen[source.index] !== undefined)
        this.#findings = this.#findings.filter((finding) => finding.source !== source);
      this.#seen[source.index] = epoch;
      this.#read(source);
    }
  }

  /** The values that leave a step open, target by target; undefined for a step that is not looked after. */
  itemsFor(step: Step): readonly Item[] | undefined {
    if (step.gate < 0 || !hasBit(this.#reach.mask, step.gate)) return undefined;
    let some: Finding | undefined;
    let more: Finding[] | undefined;
    for (const finding of this.#findings) {
      if (!hasBit(finding.open, step.gate)) continue;
      if (some === undefined) some = finding;
      else (more ??= [some]).push(finding);
    }
    const items: Item[] = [];
    if (some === undefined) return items;
    for (const target of step.targets.list) {
      if (more === undefined) push(items, target, some);
      else for (const finding of more) push(items, target, finding);
    }
    return items;
  }

  #read(source: Source): void {
    const { facts } = this.#state;
    switch (source.kind) {
      case "header":
        return this.#fields(source, facts.requestHeaders, 1);
      case "headerName":
        return this.#fields(source, facts.requestHeaders, 0);
      case "query":
        return this.#pairs(source, facts.argsGet, false);
      case "queryName":
        return this.#pairs(source, facts.argsGet, true);
      case "posted":
        return this.#pairs(source, facts.content.args, false);
      case "postedName":
        return this.#pairs(source, facts.content.args, true);
      case "cookie":
        return this.#pairs(source, facts.cookies, false);
      case "cookieName":
        return this.#pairs(source, facts.cookies, true);
      case "items":
        for (const variable of source.variables)
          for (const item of this.#state.items(variable)) this.#add(source, item.key, item.value);
    }
  }

  #fields(source: Source, fields: readonly string[], value: 0 | 1): void {
    for (let i = 0; i < fields.length; i += 2)
      this.#add(source, fields[i] as string, fields[i + value] as string);
  }

  #pairs(source: Source, pairs: readonly Pair[], name: boolean): void {
    for (const pair of pairs) this.#add(source, pair.name, name ? pair.name : pair.value);
  }

  #add(source: Source, name: string, value: string): void {
    const role = source.roleOf(name);
    if (role.idle) return;
    const text = this.#texts.get(value);
    const found = text.openTo(role, this.#texts);
    if (found === undefined) return;
    this.#findings.push({ source, name, text, open: found });
    const { open } = this;
    for (let word = 0; word < open.length; word++)
      open[word] = (open[word] as number) | (found[word] as number);
  }
}

function push(items: Item[], target: Target, { source, name, text }: Finding): void {
  if (!source.variables.includes(target.variable)) return;
  const { variable, selector } = target;
  if (selector.kind !== "all" && !picks(selector, name, name.toLowerCase())) return;
  const item = new Item(variable, name, text.value);
  item.text = text;
  items.push(item);
}
