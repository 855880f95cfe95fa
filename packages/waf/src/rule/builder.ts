import type { Directive } from "#parse/directive.ts";
import { LogicalLine } from "#parse/line.ts";
import { parseOperator } from "#parse/operator.ts";
import { RuleError } from "#parse/position.ts";
import { Word } from "#parse/word.ts";
import type { InjectionDetector, Operator } from "#operator/operator.ts";
import { operators } from "#operator/registry.ts";
import { PatternMemory } from "#regex/facts.ts";
import { type ActionDraft, compileActions } from "#rule/actions.ts";
import { defaultConfig, type EngineConfig } from "#rule/config.ts";
import { Macro } from "#rule/macro.ts";
import type { Entry, Phase, Rule, TargetSet } from "#rule/model.ts";
import { applySetting } from "#rule/settings.ts";
import { compileTargets } from "#rule/targets.ts";
import { applyUpdate } from "#rule/update.ts";

/** What the builder needs from outside. */
export interface BuildContext {
  readonly injection: InjectionDetector;
  /** What is known of patterns from earlier loads. */
  readonly patterns?: PatternMemory;
  /** The text of a data file, asked by the name written in the rule and the rule file's own name. */
  data(name: string, from: string): string | undefined;
}

export interface BuiltRules {
  readonly config: EngineConfig;
  /** Phase 1 to 5, at index 0 to 4. */
  readonly phases: readonly (readonly Entry[])[];
  readonly rules: ReadonlyMap<number, Rule>;
}

/** Takes directives in their order and makes rules of them. */
export class RuleBuilder {
  readonly #context: BuildContext;
  readonly #patterns: PatternMemory;
  readonly #config = defaultConfig();
  readonly #defaults = new Map<Phase, ActionDraft>();
  readonly #entries: Entry[] = [];
  readonly #rules = new Map<number, Rule>();
  /** The last rule of a chain that waits for its next one. */
  #open: { first: Rule; last: Rule; directive: Directive } | undefined;

  constructor(context: BuildContext) {
    this.#context = context;
    this.#patterns = context.patterns ?? new PatternMemory();
  }

  add(directive: Directive): void {
    const name = directive.name.text.toLowerCase();
    const isRule = name === "secrule" || name === "secaction";
    if (this.#open !== undefined && !isRule) this.#failChain();
    switch (name) {
      case "secrule":
        return this.#addRule(directive, true);
      case "secaction":
        return this.#addRule(directive, false);
      case "secmarker":
        this.#entries.push({ kind: "marker", label: argument(directive, 0).text });
        return;
      case "secdefaultaction":
        return this.#addDefault(directive);
      default:
    }
    const data = (file: string): string | undefined =>
      this.#context.data(file, directive.position.file);
    if (applySetting(directive, this.#config, data)) return;
    if (applyUpdate(directive, this.#rules, this.#entries, (word) => this.#actions(word))) return;
    throw new RuleError(`unknown directive ${directive.name.text}`, directive.position);
  }

  finish(): BuiltRules {
    if (this.#open !== undefined) this.#failChain();
    const phases: Entry[][] = [[], [], [], [], []];
    for (const entry of this.#entries) {
      if (entry.kind === "rule") (phases[entry.rule.phase - 1] as Entry[]).push(entry);
      else for (const phase of phases) phase.push(entry);
    }
    return { config: this.#config, phases, rules: this.#rules };
  }

  #failChain(): never {
    const { directive } = this.#open as { directive: Directive };
    throw new RuleError("the chain has no next rule", directive.position);
  }

  #actions(word: Word | undefined): ActionDraft {
    return compileActions(word, (text, from, index) => {
      const { file, line } = from.positionAt(index);
      const part = new LogicalLine(file);
      part.add(text, line);
      return new Word(text, part, 0, []);
    });
  }

  #addDefault(directive: Directive): void {
    const word = argument(directive, 0);
    const draft = this.#actions(word);
    if (draft.phase === undefined) word.fail("SecDefaultAction wants a phase");
    if (draft.disruption === undefined) word.fail("SecDefaultAction wants a disruptive action");
    if (draft.id !== undefined || draft.chain || draft.skipAfter !== undefined) {
      word.fail("SecDefaultAction takes no id, chain or skipAfter");
    }
    this.#defaults.set(draft.phase as Phase, draft);
  }

  #addRule(directive: Directive, withTargets: boolean): void {
    const expected = withTargets ? 3 : 1;
    if (directive.args.length > expected) {
      (directive.args[expected] as Word).fail(`${directive.name.text} takes ${expected} arguments`);
    }
    const targets: TargetSet = withTargets
      ? compileTargets(argument(directive, 0))
      : { include: [], exclude: [] };
    const negation = { negated: false };
    const operator = withTargets ? this.#operator(argument(directive, 1), negation) : undefined;
    const draft = this.#actions(directive.args[withTargets ? 2 : 0]);
    const open = this.#open;
    const first = open?.first;
    if (first !== undefined) checkChained(draft, directive);
    const phase = first?.phase ?? draft.phase ?? 2;
    const id = first === undefined ? draft.id : first.id;
    if (id === undefined) throw new RuleError("the rule has no id", directive.position);
    const rule = this.#rule(draft, {
      id,
      phase,
      directive,
      targets,
      operator,
      negated: negation.negated,
    });
    if (first === undefined) {
      const twin = this.#rules.get(id);
      if (twin !== undefined) {
        const { file, line } = twin.position;
        throw new RuleError(
          `the id ${id} is taken by the rule at ${file}:${line}`,
          directive.position,
        );
      }
      this.#rules.set(id, rule);
      this.#entries.push({ kind: "rule", rule });
    } else (open as { last: Rule }).last.next = rule;
    this.#open = draft.chain ? { first: first ?? rule, last: rule, directive } : undefined;
  }

  #rule(
    draft: ActionDraft,
    base: Pick<Rule, "id" | "phase" | "targets" | "operator" | "negated"> & {
      directive: Directive;
    },
  ): Rule {
    const inherited = this.#defaults.get(base.phase);
    const byDefault = inherited?.disruption ?? { kind: "pass" as const };
    const log = draft.log ?? inherited?.log ?? true;
    const { directive, ...rest } = base;
    return {
      ...rest,
      position: directive.position,
      transforms: [
        ...(draft.transformsReset ? [] : (inherited?.transforms ?? [])),
        ...draft.transforms,
      ],
      multiMatch: draft.multiMatch,
      capture: draft.capture,
      disruption: draft.block === true ? byDefault : (draft.disruption ?? byDefault),
      status: draft.status ?? inherited?.status ?? 403,
      log,
      auditLog: draft.auditLog ?? inherited?.auditLog ?? log,
      msg: draft.msg,
      logData: draft.logData,
      tags: [...(inherited?.tags ?? []), ...draft.tags],
      severity: draft.severity ?? inherited?.severity,
      version: draft.version,
      revision: draft.revision,
      effects: [...(inherited?.effects ?? []), ...draft.effects],
      skip: draft.skip,
      skipAfter: draft.skipAfter,
      next: undefined,
    };
  }

  #operator(word: Word, negation: { negated: boolean }): Operator {
    const raw = parseOperator(word);
    const name = raw.name.toLowerCase();
    const factory = Object.hasOwn(operators, name) ? operators[name] : undefined;
    if (factory === undefined) return word.fail(`unknown operator @${raw.name}`);
    negation.negated = raw.negated;
    const fail = (problem: string, index = 0): never => word.fail(problem, raw.index + index);
    return factory(raw.argument, {
      fail,
      data: (file) => this.#context.data(file, word.positionAt().file),
      macro: (source) => new Macro(source, fail),
      injection: this.#context.injection,
      patterns: this.#patterns,
    });
  }
}

function argument(directive: Directive, index: number): Word {
  const word = directive.args[index];
  if (word === undefined) {
    throw new RuleError(`${directive.name.text} wants ${index + 1} arguments`, directive.position);
  }
  return word;
}

function checkChained(draft: ActionDraft, directive: Directive): void {
  const where = directive.position;
  if (draft.id !== undefined)
    throw new RuleError("only the first rule of a chain has an id", where);
  if (draft.phase !== undefined)
    throw new RuleError("only the first rule of a chain has a phase", where);
  if (draft.disruption !== undefined || draft.block === true) {
    throw new RuleError("only the first rule of a chain has a disruptive action", where);
  }
  if (draft.skip > 0 || draft.skipAfter !== undefined) {
    throw new RuleError("only the first rule of a chain can skip", where);
  }
}
