import type { Bits } from "#plan/gate.ts";
import type { Reach } from "#plan/reach.ts";
import type { Source } from "#plan/source.ts";
import type { TextStore } from "#plan/text.ts";
import type { Pair } from "#body/processor.ts";
import type { State } from "#run/state.ts";

/** Looks at every value once, before the rules run, and keeps the steps that some value leaves open. */
export class Gatherer {
  /** Steps that must run, by place: those that a value leaves open, and those that none is asked about. */
  readonly open: Bits;
  readonly #reach: Reach;
  readonly #state: State;
  readonly #texts: TextStore;
  /** For each source, how often what it reads had changed when it was read. */
  readonly #seen: number[] = [];

  constructor(reach: Reach, state: State, texts: TextStore) {
    this.open = reach.mask.map((word) => ~word);
    this.#reach = reach;
    this.#state = state;
    this.#texts = texts;
  }

  /** Reads what the steps of a phase look at and was not read yet. */
  gather(phase: number): void {
    for (const source of this.#reach.sources[phase - 1] as readonly Source[]) {
      const epoch = this.#state.epochs[source.changes];
      if (this.#seen[source.index] === epoch) continue;
      this.#seen[source.index] = epoch;
      this.#read(source);
    }
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
    const found = this.#texts.get(value).openTo(role, this.#texts);
    if (found === undefined) return;
    const { open } = this;
    for (let word = 0; word < open.length; word++)
      open[word] = (open[word] as number) | (found[word] as number);
  }
}
