import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, configSchema } from "@egide/contract/config.ts";
import { type WafPolicy, wafSchema } from "@egide/contract/policy/waf.ts";
import { AppError } from "@egide/std/error.ts";
import { frame } from "@egide/edge/inspect/rules/preamble.ts";
import { RuleError } from "@egide/waf/parse/position.ts";
import { loadRuleSet, type RuleSet } from "@egide/waf/rule-set.ts";
import { type Input, type OptionSpec, type Shell, text, texts } from "#cli/command.ts";
import { printProblems } from "#command/check.ts";
import { configFile, CONFIG_OPTION } from "#config/file.ts";
import { loadConfigFile } from "#config/load.ts";
import { nearest } from "#config/suggest.ts";
import { type EngineSettings, RuleEngine } from "#rules/engine.ts";
import { checkRules, problemOf } from "#rules/problems.ts";
import { placesOf, readChoice, readSources, type RuleSources } from "#rules/source.ts";

/** Called wrongly, as in cli/run.ts. */
export const MISUSE = 2;

export const RULES_OPTION: OptionSpec = {
  type: "string",
  value: "set",
  multiple: true,
  summary:
    "crs, own, auto (crs where there is one), or a file or folder of rules, then repeatable; else auto.",
};

export const PLACE_OPTIONS = {
  config: CONFIG_OPTION,
  state: {
    type: "string",
    value: "dir",
    summary: "State directory; else that of the configuration, else ./var.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const ENGINE_OPTIONS = {
  rules: { ...RULES_OPTION, summary: `${RULES_OPTION.summary.slice(0, -5)}the zone's, else auto.` },
  ...PLACE_OPTIONS,
  zone: {
    type: "string",
    value: "id",
    summary: "Take rules, levels, thresholds and exclusions from this zone.",
  },
  paranoia: {
    type: "string",
    value: "level",
    choices: ["1", "2", "3", "4"],
    summary: "Paranoia level that counts; else the zone's, else 1.",
  },
  threshold: {
    type: "string",
    value: "score",
    summary: "Score from which a request is blocked; else the zone's, else 5.",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What a command was pointed at. */
export interface RulesContext {
  readonly state: string;
  readonly sources: RuleSources;
  readonly waf: WafPolicy;
  readonly zone: string | null;
}

/** The state directory alone. Null: problems were printed. */
export function stateOf({ options }: Input, shell: Shell): string | null {
  const found = configOf(options, shell);
  return found === null ? null : found.state;
}

/** Finds the rules that the options speak of. Null: problems were printed. Throws AppError. */
export function contextOf(
  { options }: Input,
  shell: Shell,
  words: readonly string[] = texts(options, "rules"),
): RulesContext | null {
  const found = configOf(options, shell);
  if (found === null) return null;
  const zone = text(options, "zone") ?? null;
  const waf = zone === null ? wafSchema.parse({}) : zoneNamed(found.config, zone);
  const choice = words.length === 0 ? waf.rules : readChoice(words, shell.cwd);
  // A zone's paths start from where its configuration is.
  const placed =
    typeof choice === "string" ? choice : choice.map((path) => resolve(found.directory, path));
  return {
    state: found.state,
    sources: readSources(placed, placesOf(found.state), shell.cwd),
    waf,
    zone,
  };
}

/** The rules that the options speak of, loaded. Null: what is wrong was printed. */
export function setOf(input: Input, shell: Shell): { set: RuleSet; label: string } | null {
  const context = contextOf(input, shell);
  if (context === null) return null;
  const { sources } = context;
  const { files } = frame(sources.rules);
  const set = whereItLoads(sources, shell, () => loadRuleSet(files, { data: sources.data }));
  return set === null ? null : { set, label: sources.label };
}

/** The engine that the options ask for. Null: the rules don't load, and it was said where. */
export function engineOf(
  { options }: Input,
  { sources, waf }: RulesContext,
  detectionParanoia: number | null,
  shell: Shell,
): RuleEngine | null {
  const paranoia = Number(text(options, "paranoia") ?? waf.paranoia);
  const settings: EngineSettings = {
    paranoia,
    detectionParanoia: detectionParanoia ?? waf.detectionParanoia ?? paranoia,
    inboundThreshold: thresholdOf(text(options, "threshold")) ?? waf.inboundThreshold,
    outboundThreshold: waf.outboundThreshold,
    exclusions: waf.exclusions,
    bodyLimit: waf.bodyLimit,
  };
  return whereItLoads(sources, shell, () => new RuleEngine(sources, settings));
}

/** Runs what loads rules; an error in them is printed with its place. */
function whereItLoads<T>(sources: RuleSources, shell: Shell, load: () => T): T | null {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    // The first mistake ended the loading; people want to hear of all.
    const { problems } = checkRules(sources);
    printProblems(problems.length > 0 ? problems : [problemOf(error, "")], shell);
    return null;
  }
}

interface FoundConfig {
  readonly config: Config | null;
  readonly state: string;
  readonly directory: string;
}

/** Without a file the defaults hold: rules can be looked at before there is a configuration. */
function configOf(options: Input["options"], shell: Shell): FoundConfig | null {
  const file = configFile(text(options, "config"), shell);
  const named = text(options, "state");
  const isAsked = text(options, "config") !== undefined || text(options, "zone") !== undefined;
  if (!existsSync(file.path) && !isAsked) {
    const state = named ?? configSchema.shape.state.parse(undefined);
    return { config: null, state: resolve(shell.cwd, state), directory: shell.cwd };
  }
  const loaded = loadConfigFile(file, shell.env);
  if (!loaded.ok) {
    printProblems(loaded.problems, shell);
    return null;
  }
  const state =
    named === undefined ? resolve(file.directory, loaded.config.state) : resolve(shell.cwd, named);
  return { config: loaded.config, state, directory: file.directory };
}

function zoneNamed(config: Config | null, id: string): WafPolicy {
  const zones = config?.zones ?? [];
  const zone = zones.find((one) => one.id === id);
  if (zone !== undefined) return zone.waf;
  const ids = zones.map((one) => one.id);
  const meant = nearest(id, ids);
  const hint = meant === null ? `known: ${ids.join(", ")}` : `did you mean ${meant}?`;
  throw new AppError({
    code: "cli.unknown_zone",
    source: "operator",
    retry: false,
    publicMessage: `no zone ${JSON.stringify(id)} in the configuration; ${hint}`,
  });
}

function thresholdOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value);
  throw new AppError({
    code: "cli.not_a_number",
    source: "operator",
    retry: false,
    publicMessage: `--threshold is a whole number from 1 on, not ${JSON.stringify(value)}`,
  });
}
