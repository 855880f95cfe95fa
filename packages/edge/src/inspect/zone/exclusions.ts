import type { WafExclusion } from "@egide/contract/policy/waf.ts";
import { parseFile } from "@egide/waf/parse/directive.ts";
import type { Word } from "@egide/waf/parse/word.ts";
import type { RuleSelector } from "@egide/waf/rule/effect.ts";
import type { Target } from "@egide/waf/rule/model.ts";
import { selectByText } from "@egide/waf/rule/select.ts";
import { compileTargets } from "@egide/waf/rule/targets.ts";
import type { Overlay } from "@egide/waf/run/overlay.ts";
import {
  compilePathPattern,
  matchesPathPattern,
  type PathPattern,
  patternSubject,
} from "#wire/path-pattern.ts";

/** All rules there can be. */
const EVERY: RuleSelector = { kind: "id", ranges: [[0, Number.MAX_SAFE_INTEGER]] };

/** Variables in which an argument of this name stands. */
const ARGUMENTS = [
  "ARGS",
  "ARGS_GET",
  "ARGS_POST",
  "ARGS_NAMES",
  "ARGS_GET_NAMES",
  "ARGS_POST_NAMES",
];

/** One exclusion, ready to be laid over a rule set. */
interface Compiled {
  readonly rules: readonly RuleSelector[];
  /** Neither rules nor tags are named. */
  readonly every: boolean;
  /** Null: the rules as a whole. */
  readonly targets: readonly Target[] | null;
  readonly path: PathPattern | null;
}

/** A zone's exclusions over its rule set. */
export class Exclusions {
  readonly #always: Overlay;
  readonly #onPaths: readonly (Compiled & { readonly path: PathPattern })[];

  /** Throws a RuleError that names `where` for a variable or pattern that does not exist. */
  constructor(base: Overlay, exclusions: readonly WafExclusion[], where: string) {
    const compiled = exclusions.map((exclusion, i) => compile(exclusion, `${where}[${i}]`));
    this.#always = compiled
      .filter(({ path }) => path === null)
      .reduce((overlay, exclusion) => lay(overlay, exclusion), base);
    this.#onPaths = compiled.filter(
      (one): one is Compiled & { path: PathPattern } => one.path !== null,
    );
  }

  /** The overlay for a request; null where nothing of it is to be looked at. */
  for(target: string): Overlay | null {
    let overlay = this.#always;
    if (this.#onPaths.length === 0) return overlay;
    const subject = patternSubject(target);
    for (const exclusion of this.#onPaths) {
      if (!matchesPathPattern(exclusion.path, subject)) continue;
      if (exclusion.targets === null && exclusion.every) return null;
      // What is taken out together once is remembered by the overlay itself.
      overlay = lay(overlay, exclusion);
    }
    return overlay;
  }
}

function lay(overlay: Overlay, { rules, targets }: Compiled): Overlay {
  return rules.reduce(
    (under, selector) =>
      targets === null ? under.withoutRules(selector) : under.withoutTargets(selector, targets),
    overlay,
  );
}

/**
 * Ready lists are the same objects for every zone: made once, they are one key for the overlays that
 * come of them, and a thousand zones share these.
 */
const made = new WeakMap<WafExclusion, Compiled>();

function compile(exclusion: WafExclusion, where: string): Compiled {
  const known = made.get(exclusion);
  if (known !== undefined) return known;
  const compiled = compileOne(exclusion, where);
  made.set(exclusion, compiled);
  return compiled;
}

function compileOne(exclusion: WafExclusion, where: string): Compiled {
  const { rules, tags, path } = exclusion;
  const selectors: RuleSelector[] = [];
  if (rules !== undefined) selectors.push({ kind: "id", ranges: rules.map(toRange) });
  for (const tag of tags ?? []) {
    const whole = `^${tag.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)}$`;
    selectors.push(selectByText("tag", whole, (problem) => word(where, tag).fail(problem)));
  }
  const named = [
    ...(exclusion.arguments ?? []).flatMap((name) => argumentTargets(name, where)),
    ...(exclusion.targets ?? []).flatMap((text) => compileTargets(word(where, text)).include),
  ];
  return {
    // An object of its own: overlays remember by it what they took out.
    rules: selectors.length === 0 ? [{ ...EVERY }] : selectors,
    every: selectors.length === 0,
    targets: named.length === 0 ? null : named,
    path: path === undefined ? null : compilePathPattern(path),
  };
}

function argumentTargets(name: string, where: string): Target[] {
  if (name.length > 2 && name.startsWith("/") && name.endsWith("/")) {
    return ARGUMENTS.flatMap((base) => [...compileTargets(word(where, `${base}:${name}`)).include]);
  }
  const selector = { kind: "name", lower: name.toLowerCase() } as const;
  return ARGUMENTS.map((variable) => ({
    variable: variable as Target["variable"],
    selector,
    count: false,
  }));
}

function toRange(range: number | string): readonly [number, number] {
  if (typeof range === "number") return [range, range];
  const cut = range.indexOf("-");
  return [Number(range.slice(0, cut)), Number(range.slice(cut + 1))];
}

/** A text as the parser of rule files sees one, so that errors name a place. */
function word(where: string, text: string): Word {
  const quoted = text.replaceAll('"', String.raw`\"`).replace(/[\r\n]/g, " ");
  return parseFile(where, `SecExclusion "${quoted}"`)[0]?.args[0] as Word;
}
