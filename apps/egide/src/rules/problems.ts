import { frame } from "@egide/edge/inspect/rules/preamble.ts";
import { operators } from "@egide/waf/operator/registry.ts";
import type { InjectionDetector } from "@egide/waf/operator/operator.ts";
import type { Directive } from "@egide/waf/parse/directive.ts";
import { logicalLines, type LogicalLine } from "@egide/waf/parse/line.ts";
import { type Position, RuleError } from "@egide/waf/parse/position.ts";
import { splitWords } from "@egide/waf/parse/word.ts";
import { RuleBuilder } from "@egide/waf/rule/builder.ts";
import { variables } from "@egide/waf/rule/variables.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";
import { transforms } from "@egide/waf/transform/registry.ts";
import type { Problem } from "#config/problem.ts";
import { nearest } from "#config/suggest.ts";
import type { RuleSources } from "#rules/source.ts";

/** What came of reading rules to the end, whatever stood in them. */
export interface Checked {
  readonly problems: readonly Problem[];
  readonly rules: number;
}

/** Nothing is judged here: the library need not be loaded. */
const noInjection: InjectionDetector = { sqli: () => undefined, xss: () => false };

/**
 * Reads every directive and goes on behind each mistake. What only follows from one (the rest of a
 * chain whose first rule is broken) is not told.
 */
export function checkRules({ rules, data }: RuleSources): Checked {
  const { files } = frame(rules);
  const reader = new Reader(files, data);
  for (const file of files) reader.read(file, 0);
  return reader.finish();
}

class Reader {
  readonly #files: ReadonlyMap<string, RuleFile>;
  readonly #builder: RuleBuilder;
  readonly #problems: Problem[] = [];
  /** Between the rules of a chain; `broken`: its first rule was refused. */
  #chain: "none" | "open" | "broken" = "none";

  constructor(files: readonly RuleFile[], data: readonly RuleFile[]) {
    this.#files = new Map(files.map((file) => [file.name, file]));
    const texts = new Map(data.map(({ name, text }) => [baseName(name), text]));
    this.#builder = new RuleBuilder({
      injection: noInjection,
      data: (name) => texts.get(baseName(name)),
    });
  }

  read(file: RuleFile, depth: number): void {
    for (const line of logicalLines(file.name, file.text)) {
      this.#attempt(() => {
        const directive = directiveOf(line);
        if (directive === null) return;
        if (/^include(?:optional)?$/i.test(directive.name.text)) this.#include(directive, depth);
        else this.#add(directive);
      });
    }
  }

  finish(): Checked {
    let rules = 0;
    this.#attempt(() => {
      rules = this.#builder.finish().rules.size;
    });
    return { problems: this.#problems, rules };
  }

  #include(directive: Directive, depth: number): void {
    const word = directive.args[0];
    if (word === undefined) throw new RuleError("Include wants a file", directive.position);
    const file =
      this.#files.get(word.text) ?? word.fail(`the file ${word.text} is not among these`);
    if (depth > 8) word.fail("files include each other too deeply");
    this.read(file, depth + 1);
  }

  #add(directive: Directive): void {
    const isRule = /^sec(?:rule|action)$/i.test(directive.name.text);
    const chains = isRule && /(?:^|[,\s])chain(?:[,\s]|$)/i.test(directive.args.at(-1)?.text ?? "");
    const before = this.#chain;
    if (isRule) this.#chain = chains ? (before === "none" ? "open" : before) : "none";
    else if (before === "broken") this.#chain = "none";
    if (before === "broken" && isRule) return;
    try {
      this.#builder.add(directive);
    } catch (error) {
      if (before === "open" && isRule && !chains) this.#builder.add(END_OF_CHAIN);
      else if (before === "none" && chains) this.#chain = "broken";
      throw error;
    }
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      this.#problems.push(problemOf(error, this.#files.get(error.position.file)?.text ?? ""));
    }
  }
}

/** Ends a chain whose last rule was refused, so that the next rule is not taken for a part of it. */
const END_OF_CHAIN = directiveOf(
  logicalLines("", 'SecRule ARGS "@unconditionalMatch" "t:none"')[0] as LogicalLine,
) as Directive;

function directiveOf(line: LogicalLine): Directive | null {
  const [name, ...args] = splitWords(line);
  return name === undefined ? null : { name, args, position: name.positionAt() };
}

/** `text`: of the file that the error names. */
export function problemOf(error: RuleError, text: string): Problem {
  const { file, line, column }: Position = error.position;
  const row = text.split("\n")[line - 1] ?? "";
  return {
    source: file,
    line,
    column,
    length: 1,
    message: error.problem,
    suggestion: suggest(error.problem),
    excerpt: row === "" ? null : utf8(row.replace(/\r$/, "")),
  };
}

/** What was meant by a name that nobody knows. */
function suggest(problem: string): string | null {
  const found = /^unknown (operator|variable|transformation) @?(\w+)/.exec(problem);
  if (found === null) return null;
  const known = { operator: operators, variable: variables, transformation: transforms }[
    found[1] as "operator" | "variable" | "transformation"
  ];
  const meant = nearest(found[2] as string, Object.keys(known));
  return meant === null ? null : `did you mean ${meant}?`;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** Rule files are read as bytes; people are shown their characters. */
export function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
