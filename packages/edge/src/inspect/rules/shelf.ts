import type { WafExclusion, WafPolicy } from "@egide/contract/policy/waf.ts";
import type { Clock } from "@egide/std/clock.ts";
import { loadInSteps, type RuleFile, type RuleSet } from "@egide/waf/rule-set.ts";
import {
  listFiles,
  readRuleFile,
  type RuleChoice,
  type RulePlaces,
  sourceOf,
} from "#inspect/rules/find.ts";
import type { PatternFiles } from "#inspect/rules/pattern-file.ts";
import { frame } from "#inspect/rules/preamble.ts";
import { SlowLoader } from "#inspect/rules/slow-loader.ts";

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

/** Rules that are being loaded while others are in force: named by their source. */
export interface Pending {
  readonly pending: string;
}

type Answer = () => LoadedRules | Pending | null;

/** A source as it lies on the disk now. */
interface Found {
  readonly key: string;
  readonly stamp: string;
  readonly read: () => readonly RuleFile[];
}

/** The rule sets of one thread, each loaded once, and again only when its files have changed. */
export class RuleShelf {
  readonly #places: RulePlaces;
  readonly #stock: RuleStock;
  readonly #patterns: PatternFiles;
  readonly #loader: SlowLoader<LoadedRules>;
  readonly #loaded = new Map<string, LoadedRules>();
  /** What came of each choice since `renew`, so that a thousand zones ask the disk once. */
  readonly #asked = new Map<string, Answer>();

  /** `ready` hears of rules that were pending. */
  constructor(
    places: RulePlaces,
    stock: RuleStock,
    patterns: PatternFiles,
    clock: Clock,
    ready: (source: string, outcome: LoadedRules | Error) => void,
  ) {
    this.#places = places;
    this.#stock = stock;
    this.#patterns = patterns;
    this.#loader = new SlowLoader(clock, (key, outcome) => {
      if (!(outcome instanceof Error)) this.#loaded.set(key, outcome);
      this.#asked.clear();
      ready(key, outcome);
    });
  }

  /** From now on files are looked at again. */
  renew(): void {
    this.#asked.clear();
  }

  /**
   * The rules of this choice; null where there are none to be found. Throws where they don't load.
   * Who has others in force `mayWait`: then new ones are loaded in slices, while requests are served.
   */
  load(choice: RuleChoice, mayWait: boolean): LoadedRules | Pending | null {
    const key = `${mayWait} ${JSON.stringify(choice)}`;
    let answer = this.#asked.get(key);
    if (answer === undefined) {
      answer = this.#answer(choice, mayWait);
      this.#asked.set(key, answer);
    }
    return answer();
  }

  /** Settles when nothing is pending. */
  settled(): Promise<void> {
    return this.#loader.settled();
  }

  close(): void {
    this.#loader.close();
  }

  #answer(choice: RuleChoice, mayWait: boolean): Answer {
    try {
      const found = this.#find(choice);
      if (found === null) return () => null;
      const known = this.#loaded.get(found.key);
      if (known?.stamp === found.stamp) return () => known;
      if (mayWait) {
        this.#loader.start(found.key, found.stamp, () => this.#steps(found));
        return () => ({ pending: found.key });
      }
      const loaded = atOnce(this.#steps(found));
      this.#loaded.set(found.key, loaded);
      return () => loaded;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  #find(choice: RuleChoice): Found | null {
    const source = sourceOf(choice, this.#places, this.#stock.own.length > 0);
    if (source === null) return null;
    const key = JSON.stringify(source);
    if (source === "own") return { key, stamp: key, read: () => this.#stock.own };
    const listed = listFiles(source);
    const stamp = `${key}\n${listed.map((file) => file.stamp).join("\n")}`;
    return { key, stamp, read: () => listed.map(({ path }) => readRuleFile(path)) };
  }

  *#steps({ key, stamp, read }: Found): Generator<undefined, LoadedRules> {
    const files = read();
    yield;
    const isData = ({ name }: RuleFile): boolean => /\.(?:data|txt)$/.test(name);
    const { files: framed, overruled } = frame(files.filter((file) => !isData(file)));
    const patterns = this.#patterns.read(key);
    yield;
    const set = yield* loadInSteps(framed, { data: files.filter(isData), patterns });
    this.#patterns.write(key, patterns);
    return { set, overruled, stamp };
  }

  /** Lets go of what no zone uses any more. */
  keepOnly(used: ReadonlySet<LoadedRules>): void {
    for (const [key, loaded] of this.#loaded) if (!used.has(loaded)) this.#loaded.delete(key);
  }

  ready(list: ReadyList): readonly WafExclusion[] {
    return this.#stock.ready(list);
  }
}

function atOnce<T>(steps: Iterator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
