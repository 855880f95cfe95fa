import type { Clock } from "@egide/std/clock.ts";
import { bodyProcessors } from "#body/processor.ts";
import type { OperatorScope } from "#operator/operator.ts";
import { toInteger } from "#operator/compare.ts";
import type { Plan } from "#plan/plan.ts";
import type { Step } from "#plan/step.ts";
import type { TextStore } from "#plan/text.ts";
import { BodyBuffer } from "#run/body-buffer.ts";
import { type Controls, EffectRunner } from "#run/effects.ts";
import { Evaluator } from "#run/evaluator.ts";
import { Facts } from "#run/facts.ts";
import type { Item } from "#run/item.ts";
import type { Intervention, Outcome } from "#run/outcome.ts";
import type { Overlay } from "#run/overlay.ts";
import { makeRecord, type MatchRecord } from "#run/record.ts";
import type { QuietPaths } from "#run/quiet.ts";
import { Redactor } from "#run/redact.ts";
import type { TransactionSettings } from "#run/settings.ts";
import { State } from "#run/state.ts";
import type { CollectionStore } from "#run/stored.ts";
import { TxStore } from "#run/tx-store.ts";
import { type Walk, walkFor } from "#run/walk.ts";
import type { EngineConfig } from "#rule/config.ts";
import type { RuleSelector } from "#rule/effect.ts";
import type { Phase, Rule, Target } from "#rule/model.ts";
import type { VariableName } from "#rule/variables.ts";

/** What a rule set gives each of its transactions. */
export interface Engine {
  readonly config: EngineConfig;
  readonly plan: Plan;
  readonly paths: QuietPaths;
  readonly baseOverlay: Overlay;
  readonly clock: Clock;
  readonly store: CollectionStore;
  /** A store of its own for the plan; undefined for plain evaluation. */
  texts(): TextStore | undefined;
  nextId(): string;
}

const maxRecords = 200;
/** Work (bytes looked at, roughly) between two looks at the clock. */
const workBetweenLooks = 65_536;
const defaultBudgetMs = 120;

/**
 * One request and its response on their way through phases 1 to 5. Each method takes what has come
 * and gives back an intervention where the rules want one. None of them throws: a fault of the engine
 * becomes what the fail mode says.
 */
export class Transaction implements Controls, OperatorScope {
  readonly #engine: Engine;
  readonly #settings: TransactionSettings;
  readonly #facts: Facts;
  readonly #state: State;
  readonly #evaluator: Evaluator;
  #walk: Walk | undefined;
  readonly #effects: EffectRunner;
  readonly #redactor = new Redactor();
  readonly #matches: MatchRecord[] = [];
  readonly #unfinished = new Set<number>();
  #droppedMatches = 0;
  #requestBody: BodyBuffer | undefined;
  #responseBody: BodyBuffer | undefined;
  #intervention: Intervention | undefined;
  #wouldBlock: Intervention | undefined;
  #fault: unknown;
  #allowed: "none" | "phase" | "request" | "transaction" = "none";
  #phaseDone = 0;
  #work = 0;
  #spentMs = 0;
  #enteredAt = 0;
  #exhausted = false;
  mode: "on" | "off" | "detect";
  requestBodyAccess: boolean;
  requestBodyLimit: number;
  responseBodyAccess: boolean;
  responseBodyLimit: number;
  forceRequestBody = false;
  auditEngine: "on" | "off" | "relevant";

  constructor(engine: Engine, settings: TransactionSettings) {
    const { config } = engine;
    this.#engine = engine;
    this.#settings = settings;
    this.mode = settings.mode ?? config.mode;
    this.requestBodyAccess = config.requestBodyAccess;
    this.requestBodyLimit = config.requestBodyLimit;
    this.responseBodyAccess = config.responseBodyAccess;
    this.responseBodyLimit = config.responseBodyLimit;
    this.auditEngine = config.auditEngine;
    this.#facts = new Facts(settings.id ?? engine.nextId(), {
      remoteAddress: settings.remoteAddress ?? "",
      remotePort: settings.remotePort ?? 0,
      serverAddress: settings.serverAddress ?? "",
      serverPort: settings.serverPort ?? 0,
    });
    const tx = new TxStore(engine.plan.slots, engine.plan.plays);
    this.#state = new State(this.#facts, tx, engine.clock);
    this.#state.webAppId = settings.webAppId ?? config.webAppId;
    const store = settings.store ?? engine.store;
    this.#effects = new EffectRunner(this.#state, this, store, config.collectionTimeout);
    const overlay = settings.overlay ?? engine.baseOverlay;
    const texts = engine.texts();
    this.#evaluator = new Evaluator(this.#state, this, this.#effects, this, overlay, texts);
  }

  /** The request line; `line` is the raw one where it says more than its parts. */
  requestLine(method: string, target: string, protocol: string, line?: string): void {
    this.#facts.setLine(method, target, protocol, line);
  }

  /** The header fields, name and value in turn, as they came. Runs phase 1. */
  requestHeaders(headers: readonly string[]): Intervention | undefined {
    return this.#guard(() => {
      this.#facts.setRequestHeaders(headers, this.#engine.config);
      this.#state.processor = processorFor(this.#facts.requestHeader("content-type") ?? "");
      this.#run(1);
    });
  }

  /** True where more of the request's body is wanted. */
  get wantsRequestBody(): boolean {
    return this.mode !== "off" && this.requestBodyAccess && this.#requestBody?.full !== true;
  }

  requestBody(chunk: Uint8Array | string): Intervention | undefined {
    return this.#guard(() => {
      if (this.mode === "off" || !this.requestBodyAccess) return;
      this.#requestBody ??= new BodyBuffer(this.requestBodyLimit);
      if (this.#requestBody.add(chunk)) return;
      this.#facts.requestBodyOver = true;
      if (this.#engine.config.requestBodyLimitAction === "reject") {
        this.#intervene("deny", 413, 0, "request body over the limit");
      }
    });
  }

  /** The request's body is complete. Runs phase 2. */
  requestEnd(): Intervention | undefined {
    return this.#guard(() => {
      if (this.mode !== "off") this.#readRequestBody();
      this.#state.refresh("request");
      this.#run(2);
    });
  }

  /** The response's head. Runs phase 3. */
  response(status: number, protocol: string, headers: readonly string[]): Intervention | undefined {
    return this.#guard(() => {
      this.#facts.status = status;
      this.#facts.responseProtocol = protocol;
      this.#facts.responseHeaders = headers;
      this.#state.refresh("response");
      if (this.#allowed === "request") this.#allowed = "none";
      this.#run(3);
    });
  }

  /** True where the response's body is to be looked at: access is on and its media type is listed. */
  get wantsResponseBody(): boolean {
    if (this.mode === "off" || !this.responseBodyAccess || this.#responseBody?.full === true)
      return false;
    const type = (this.#facts.responseHeader("content-type") ?? "").split(";")[0] as string;
    return this.#engine.config.responseTypes.includes(type.trim().toLowerCase());
  }

  responseBody(chunk: Uint8Array | string): Intervention | undefined {
    return this.#guard(() => {
      if (!this.wantsResponseBody) return;
      this.#responseBody ??= new BodyBuffer(this.responseBodyLimit);
      if (this.#responseBody.add(chunk)) return;
      this.#facts.responseBodyOver = true;
      if (this.#engine.config.responseBodyLimitAction === "reject") {
        this.#intervene("deny", 500, 0, "response body over the limit");
      }
    });
  }

  /** The response's body is complete. Runs phase 4. */
  responseEnd(): Intervention | undefined {
    return this.#guard(() => {
      this.#facts.responseBody = this.#responseBody?.text();
      this.#state.refresh("response");
      this.#run(4);
    });
  }

  /** Runs phase 5, keeps what collections hold, and says everything that came out. */
  finish(): Outcome {
    this.#guard(() => {
      this.#run(5);
      this.#effects.save();
    });
    return this.outcome;
  }

  get outcome(): Outcome {
    return {
      id: this.#facts.id,
      intervention: this.#intervention,
      wouldBlock: this.#wouldBlock,
      matches: this.#matches,
      droppedMatches: this.#droppedMatches,
      inboundScore: this.#score("blocking_inbound_anomaly_score", "anomaly_score"),
      outboundScore: this.#score("blocking_outbound_anomaly_score", "outbound_anomaly_score"),
      unfinished: [...this.#unfinished],
      spentMs: this.#spentMs,
      fault: this.#fault,
    };
  }

  #score(...names: readonly string[]): number {
    for (const name of names) {
      const item = this.#state.tx.get(name);
      if (item !== undefined) return toInteger(item.value);
    }
    return 0;
  }

  /** Runs something that must not throw into the caller. */
  #guard(work: () => void): Intervention | undefined {
    const { clock } = this.#engine;
    this.#enteredAt = clock.monotonic();
    try {
      if (this.#fault === undefined) work();
    } catch (error) {
      this.#fault = error;
      this.#cannotJudge("the rule engine failed");
    }
    this.#spentMs += clock.monotonic() - this.#enteredAt;
    return this.#intervention;
  }

  #readRequestBody(): void {
    const facts = this.#facts;
    const body = this.#requestBody?.text() ?? "";
    facts.requestBodyLength = body.length;
    if (this.#requestBody === undefined) return;
    const { config } = this.#engine;
    const processor = bodyProcessors[this.#state.processor];
    if (processor !== undefined) {
      facts.content = processor(body, facts.requestHeader("content-type") ?? "", config);
      facts.encodingError ||= facts.content.encodingError === true;
      if (facts.content.error !== undefined) {
        facts.processorFailed = true;
        facts.bodyError = facts.content.error;
      }
    }
    if (facts.requestBodyOver) facts.bodyError ??= "request body over the limit";
    // As in ModSecurity 2: the body itself is a variable for forms, and where a rule asks for it.
    if (this.#state.processor === "URLENCODED" || this.forceRequestBody) facts.requestBody = body;
  }

  #run(phase: Phase): void {
    if (this.mode === "off" || phase <= this.#phaseDone) return;
    this.#phaseDone = phase;
    if (phase < 5 && (this.#intervention !== undefined || this.#exhausted)) return;
    if (phase < 5 && (this.#allowed === "transaction" || this.#allowed === "request")) return;
    this.#allowed = this.#allowed === "phase" ? "none" : this.#allowed;
    const { plan, paths } = this.#engine;
    const { variables } = this.#settings;
    const walk = (this.#walk ??= walkFor(plan, paths, this.#state, this.#evaluator, variables));
    walk.enter(phase);
    for (let step = walk.next(); step !== undefined; step = walk.next()) {
      const matched = this.#evaluator.chain(step);
      walk.passed(step, matched);
      if (this.#exhausted) return;
      if (!matched) continue;
      if (phase < 5 && (this.#intervention !== undefined || this.#allowed !== "none")) return;
      if ((this.mode as string) === "off") return;
    }
  }

  /** Observer: a whole chain matched. */
  matched(step: Step, item: Item | undefined): void {
    const rule = step.first;
    if (rule.severity !== undefined && rule.log) {
      this.#state.severity = Math.min(this.#state.severity, rule.severity);
    }
    if (rule.log) {
      this.#state.rule = rule;
      if (this.#matches.length < maxRecords) {
        this.#matches.push(makeRecord(rule, item, this.#state, this.#redactor));
      } else this.#droppedMatches++;
    }
    this.#disrupt(rule);
  }

  #disrupt(rule: Rule): void {
    const { disruption } = rule;
    switch (disruption.kind) {
      case "pass":
        return;
      case "allow":
        if (this.mode === "on") this.#allowed = disruption.scope;
        return;
      case "deny":
      case "drop":
        return this.#intervene(
          disruption.kind,
          rule.status,
          rule.id,
          rule.msg?.expand(this.#state) ?? "",
        );
      case "redirect": {
        const status = rule.status >= 300 && rule.status < 400 ? rule.status : 302;
        this.#intervene("redirect", status, rule.id, "", disruption.to.expand(this.#state));
      }
    }
  }

  #intervene(
    action: Intervention["action"],
    status: number,
    ruleId: number,
    reason: string,
    location?: string,
  ): void {
    const intervention: Intervention = { action, status, location, ruleId, reason };
    // Phase 5 comes too late to change anything.
    if (this.mode === "on" && this.#phaseDone < 5) this.#intervention ??= intervention;
    else this.#wouldBlock ??= intervention;
  }

  #cannotJudge(reason: string): void {
    if (this.#settings.failMode === "open") return;
    if (this.mode === "on") this.#intervene("deny", 503, 0, reason);
  }

  /** Observer: false once the transaction's budget is used up. */
  mayGoOn(cost: number): boolean {
    if (this.#exhausted) return false;
    this.#work += cost + 64;
    if (this.#work < workBetweenLooks) return true;
    this.#work = 0;
    const spent = this.#spentMs + this.#engine.clock.monotonic() - this.#enteredAt;
    if (spent < (this.#settings.budgetMs ?? defaultBudgetMs)) return true;
    this.#exhausted = true;
    this.#unfinished.add(0);
    this.#cannotJudge("the request took longer to judge than its budget");
    return false;
  }

  lookUp(variable: VariableName, key: string | undefined): string | undefined {
    return this.#state.lookUp(variable, key);
  }

  /** OperatorScope: a pattern stopped at its bound (reference manual, MSC_PCRE_LIMITS_EXCEEDED). */
  gaveUp(): void {
    this.#unfinished.add(this.#state.rule?.id ?? 0);
    this.#state.tx.set("msc_pcre_limits_exceeded", "1");
    this.#cannotJudge("a rule could not be judged within its bound");
  }

  locate(address: string): boolean {
    this.#state.geo = this.#settings.locate?.(address);
    return this.#state.geo !== undefined;
  }

  listed(zone: string, value: string): boolean {
    return this.#settings.listed?.(zone, value) === true;
  }

  removeRules(rules: RuleSelector): void {
    this.#evaluator.overlay = this.#evaluator.overlay.withoutRules(rules);
  }

  removeTargets(rules: RuleSelector, targets: readonly Target[]): void {
    this.#evaluator.overlay = this.#evaluator.overlay.withoutTargets(rules, targets);
  }

  hide(what: "arg" | "requestHeader" | "responseHeader" | "matched", name: string): void {
    this.#redactor.hide(what, name);
  }
}

/** What reads a body by its media type alone; rules may choose another (ctl:requestBodyProcessor). */
function processorFor(type: string): string {
  const lower = type.toLowerCase();
  if (lower.startsWith("application/x-www-form-urlencoded")) return "URLENCODED";
  return lower.startsWith("multipart/form-data") ? "MULTIPART" : "";
}
