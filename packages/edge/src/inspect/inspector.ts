import type { LogPolicy } from "@egide/contract/policy/log.ts";
import type { WafExclusion } from "@egide/contract/policy/waf.ts";
import { join } from "node:path";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { RequestSample } from "#inspect/record/sample.ts";
import { SampleFile } from "#inspect/record/sample-file.ts";
import type { RulePlaces } from "#inspect/rules/find.ts";
import { PatternFiles } from "#inspect/rules/pattern-file.ts";
import { type LoadedRules, type Pending, RuleShelf, type RuleStock } from "#inspect/rules/shelf.ts";
import { Warmer } from "#inspect/rules/warm.ts";
import { type InspectedZone, ZoneWaf } from "#inspect/zone/zone-waf.ts";

export interface InspectorOptions {
  readonly clock: Clock;
  readonly places: RulePlaces;
  readonly stock: RuleStock;
  /** Folder of the zones' samples. */
  readonly samples: string;
  /** Folder where what loading found out is kept; null: nowhere. */
  readonly patterns: string | null;
  readonly worker: number;
  readonly random: () => number;
  readonly writeAddress: (address: string, how: LogPolicy["address"]) => string;
  readonly report: (
    level: "info" | "warn" | "error",
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ) => void;
}

/** The rule engines of all zones of one thread, made ready for each snapshot. */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #shelf: RuleShelf;
  readonly #warmer: Warmer;
  readonly #files = new Map<string, SampleFile>();
  #zones: ReadonlyMap<string, ZoneWaf> = new Map();
  /** Zones whose rules are being loaded, by the source of these. */
  readonly #pending = new Map<string, InspectedZone[]>();
  #saidNone = false;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.#shelf = new RuleShelf(
      options.places,
      options.stock,
      new PatternFiles(options.patterns, options.worker),
      options.clock,
      (source, outcome) => this.#ready(source, outcome),
    );
    this.#warmer = new Warmer(options.clock);
  }

  /**
   * The engine of each zone that wants one. Never throws: what does not load is told, and what ran
   * until now stays; where nothing did, the zone's fail mode decides. Where something did, new rules
   * are loaded while it goes on, and take its place then.
   */
  prepare(zones: readonly InspectedZone[]): ReadonlyMap<string, ZoneWaf> {
    const next = new Map<string, ZoneWaf>();
    const known = this.#rulesInForce();
    this.#shelf.renew();
    this.#pending.clear();
    for (const zone of zones) {
      if (zone.waf.mode === "off") continue;
      const waf = this.#zone(zone);
      if (waf !== null) next.set(zone.id, waf);
    }
    this.#zones = next;
    this.#tidy(known);
    this.#dropSamples();
    return next;
  }

  /** Settles when no rules are being loaded. */
  settled(): Promise<void> {
    return this.#shelf.settled();
  }

  /** Settles when what was sampled so far is on disk, or lost. */
  async flush(): Promise<void> {
    await Promise.all([...this.#files.values()].map((file) => file.flush()));
  }

  close(): void {
    this.#shelf.close();
    this.#warmer.close();
  }

  /** Rules that zones wait for are there, or won't be. */
  #ready(source: string, outcome: LoadedRules | Error): void {
    const known = this.#rulesInForce();
    for (const zone of this.#pending.get(source) ?? []) {
      try {
        if (outcome instanceof Error) throw outcome;
        this.#zones.get(zone.id)?.become(outcome, this.#exclusions(zone));
      } catch (error) {
        this.#notLoaded(zone, error);
      }
    }
    this.#pending.delete(source);
    this.#tidy(known);
  }

  /** Warms what is new, and lets go of what nobody uses. */
  #tidy(known: ReadonlySet<LoadedRules>): void {
    const used = this.#rulesInForce();
    for (const rules of used) if (!known.has(rules)) this.#warmer.add(rules);
    this.#shelf.keepOnly(used);
  }

  #notLoaded({ id, waf }: InspectedZone, error: unknown): void {
    const isRunning = (this.#zones.get(id)?.rules ?? null) !== null;
    this.#options.report("error", "rules not loaded", {
      zone: id,
      error: error instanceof AppError ? error.publicMessage : String(error),
      inForce: isRunning ? "those before" : `fail mode ${waf.failMode}`,
    });
  }

  #zone(zone: InspectedZone): ZoneWaf | null {
    const { report, random } = this.#options;
    try {
      const before = this.#zones.get(zone.id)?.rules ?? null;
      const found = this.#shelf.load(zone.waf.rules, before !== null);
      const rules = found !== null && "pending" in found ? this.#wait(zone, found, before) : found;
      if (rules === null) {
        if (!this.#saidNone) {
          this.#saidNone = true;
          report("warn", "no rules to inspect requests with: `egide rules install crs`", {
            zone: zone.id,
          });
        }
        return null;
      }
      return new ZoneWaf(zone, rules, this.#exclusions(zone), this.#sample(zone), random);
    } catch (error) {
      const running = this.#zones.get(zone.id);
      this.#notLoaded(zone, error);
      if (running !== undefined) return running;
      return zone.waf.failMode === "open" ? null : new ZoneWaf(zone, null, [], null, random);
    }
  }

  #wait(zone: InspectedZone, { pending }: Pending, before: LoadedRules | null): LoadedRules | null {
    const waiting = this.#pending.get(pending);
    if (waiting === undefined) this.#pending.set(pending, [zone]);
    else waiting.push(zone);
    return before;
  }

  #exclusions(zone: InspectedZone): readonly WafExclusion[] {
    const { exclusions } = zone.waf;
    // Ready lists first: what zones have in common comes before what is theirs alone.
    const ready = exclusions.flatMap((one) =>
      typeof one === "string" ? this.#shelf.ready(one) : [],
    );
    return [...ready, ...exclusions.filter((one) => typeof one !== "string")];
  }

  #sample({ id, waf, log }: InspectedZone): RequestSample | null {
    const { samples, worker, clock, random, writeAddress } = this.#options;
    const { share, bytes } = waf.record;
    if (share === 0 || bytes === 0) return null;
    let file = this.#files.get(id);
    if (file === undefined) {
      file = new SampleFile(
        join(samples, `${encodeURIComponent(id)}.${worker}.jsonl`),
        bytes,
        clock,
      );
      this.#files.set(id, file);
    } else file.resize(bytes);
    return new RequestSample({ share, log, random, writeAddress }, file);
  }

  #rulesInForce(): Set<LoadedRules> {
    return new Set(
      [...this.#zones.values()].flatMap(({ rules }) => (rules === null ? [] : [rules])),
    );
  }

  #dropSamples(): void {
    for (const [id, file] of this.#files) {
      if (this.#zones.get(id)?.sample !== null && this.#zones.has(id)) continue;
      this.#files.delete(id);
      void file.remove().catch(() => undefined);
    }
  }
}
