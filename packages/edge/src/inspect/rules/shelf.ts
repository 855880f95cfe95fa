import type { WafExclusion, WafPolicy } from "@egide/contract/policy/waf.ts";
import { loadRuleSet, type RuleFile, type RuleSet } from "@egide/waf/rule-set.ts";
import {
  listFiles,
  readRuleFile,
  type RuleChoice,
  type RulePlaces,
  sourceOf,
} from "#inspect/rules/find.ts";
import type { PatternFiles } from "#inspect/rules/pattern-file.ts";
import { frame } from "#inspect/rules/preamble.ts";

type ReadyList = Extract<WafPolicy["exclusions"][number], string>;

/** What comes along with the edge: a small rule set, and ready lists of exclusions. */
export interface RuleStock {
  readonly own: readonly RuleFile[];
  ready(list: ReadyList): readonly WafExclusion[];
}

/** A rule set that is loaded: one for all zones of this thread that chose it. */
export interface LoadedRules {
  readonly set: RuleSet;
  readonly overruled: boolean;
  readonly stamp: string;
}

/** The rule sets of one thread, each loaded once, and again only when its files have changed. */
export class RuleShelf {
  readonly #places: RulePlaces;
  readonly #stock: RuleStock;
  readonly #patterns: PatternFiles;
  readonly #loaded = new Map<string, LoadedRules>();
  /** What came of each choice since `renew`, so that a thousand zones ask the disk once. */
  readonly #asked = new Map<string, () => LoadedRules | null>();

  constructor(places: RulePlaces, stock: RuleStock, patterns: PatternFiles) {
    this.#places = places;
    this.#stock = stock;
    this.#patterns = patterns;
  }

  /** From now on files are looked at again. */
  renew(): void {
    this.#asked.clear();
  }

  /** The rules of this choice; null where there are none to be found. Throws where they don't load. */
  load(choice: RuleChoice): LoadedRules | null {
    const key = JSON.stringify(choice);
    let answer = this.#asked.get(key);
    if (answer === undefined) {
      answer = this.#answer(choice);
      this.#asked.set(key, answer);
    }
    return answer();
  }

  #answer(choice: RuleChoice): () => LoadedRules | null {
    try {
      const loaded = this.#load(choice);
      return () => loaded;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #load(choice: RuleChoice): LoadedRules | null {
    const source = sourceOf(choice, this.#places, this.#stock.own.length > 0);
    if (source === null) return null;
    const key = JSON.stringify(source);
    const listed = source === "own" ? [] : listFiles(source);
    const stamp = `${key}\n${listed.map((file) => file.stamp).join("\n")}`;
    const known = this.#loaded.get(key);
    if (known?.stamp === stamp) return known;
    const files = source === "own" ? this.#stock.own : listed.map(({ path }) => readRuleFile(path));
    const isData = ({ name }: RuleFile): boolean => /\.(?:data|txt)$/.test(name);
    const { files: framed, overruled } = frame(files.filter((file) => !isData(file)));
    const patterns = this.#patterns.read(key);
    const set = loadRuleSet(framed, { data: files.filter(isData), patterns });
    this.#patterns.write(key, patterns);
    const loaded = { set, overruled, stamp };
    this.#loaded.set(key, loaded);
    return loaded;
  }

  /** Lets go of what no zone uses any more. */
  keepOnly(used: ReadonlySet<LoadedRules>): void {
    for (const [key, loaded] of this.#loaded) if (!used.has(loaded)) this.#loaded.delete(key);
  }

  ready(list: ReadyList): readonly WafExclusion[] {
    return this.#stock.ready(list);
  }
}
