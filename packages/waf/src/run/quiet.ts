import { type Clock } from "@egide/std/clock.ts";
import { allBits, type Bits, hasBit, setBit } from "#plan/bits.ts";
import type { Plan } from "#plan/plan.ts";
import { Reach, valuedSteps } from "#plan/reach.ts";
import type { Step } from "#plan/step.ts";
import { EffectRunner, type Controls } from "#run/effects.ts";
import { Evaluator } from "#run/evaluator.ts";
import { Facts } from "#run/facts.ts";
import type { Overlay } from "#run/overlay.ts";
import { State } from "#run/state.ts";
import type { CollectionStore } from "#run/stored.ts";
import { type Snapshot, TxStore } from "#run/tx-store.ts";

/**
 * How a phase goes on from a place as long as nothing but still chains matches: the other steps that
 * it comes by, and what the TX variables hold at each of them. Most requests take this path to its
 * end, so that levels, scores and flags are worked out once and not in every request.
 */
export interface QuietPath {
  /** Steps on the path that always run, and those that values can rule out, by place. */
  readonly always: Bits;
  readonly valued: Bits;
  /** The TX variables at each step, by place; undefined where the path has none to tell. */
  readonly before: readonly (Snapshot | undefined)[] | undefined;
  /** The TX variables at the phase's end. */
  readonly after: Snapshot | undefined;
}

/** A snapshot with the paths that start from it. */
interface Point extends Snapshot {
  readonly root: Root;
  /** By what the overlay does to still chains, then by place. */
  readonly paths: Map<string, Map<number, QuietPath>>;
}

interface Root {
  /** Paths made from this root so far. */
  made: number;
}

/** Where a transaction starts. */
export interface Start {
  readonly snapshot: Snapshot;
  readonly reach: Reach;
}

type Variables = Readonly<Record<string, string>>;

/** Paths of one starting point: past that (requests that change much), steps run one by one. */
const maxPaths = 400;
/** Starting points (sets of a zone's variables) that are kept. */
const maxRoots = 128;

const noVariables: Variables = {};

/** Works out quiet paths and keeps them for all requests. */
export class QuietPaths {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #store: CollectionStore;
  readonly #valued: Bits;
  /** The path of a request that is not quiet: every step runs, as far as values don't rule it out. */
  readonly loud: QuietPath;
  #byObject = new WeakMap<Variables, Point>();
  #byContent = new Map<string, Point>();
  readonly #starts = new WeakMap<Point, Map<string, Start>>();
  readonly #marks = new WeakMap<Overlay, string>();
  #reaches = new Map<string, Reach>();

  constructor(plan: Plan, clock: Clock, store: CollectionStore) {
    this.#plan = plan;
    this.#clock = clock;
    this.#store = store;
    this.#valued = valuedSteps(plan);
    this.loud = {
      always: this.#valued.map((word) => ~word),
      valued: this.#valued,
      before: undefined,
      after: undefined,
    };
  }

  /** Where a transaction with these variables and this overlay starts. */
  start(variables: Variables | undefined, overlay: Overlay): Start {
    const point = this.#rootOf(variables ?? noVariables);
    let starts = this.#starts.get(point);
    if (starts === undefined) this.#starts.set(point, (starts = new Map<string, Start>()));
    const mark = this.markOf(overlay);
    let start = starts.get(mark);
    if (start === undefined) {
      start = { snapshot: point, reach: this.#reachFrom(point, overlay) };
      starts.set(mark, start);
    }
    return start;
  }

  /** What an overlay does to still chains: the same for most, so that their paths are the same. */
  markOf(overlay: Overlay): string {
    let mark = this.#marks.get(overlay);
    if (mark === undefined) {
      mark = "";
      for (const step of this.#plan.steps) {
        if (step?.still !== true) continue;
        if (overlay.removes(step.index)) mark += `-${step.index}`;
        else if (overlay.exclusions(step.index) !== undefined) mark += `?${step.index}`;
      }
      this.#marks.set(overlay, mark);
    }
    return mark;
  }

  /** The path from a place on; the loud one where no snapshot is given or too many were made. */
  path(from: number, snapshot: Snapshot | undefined, overlay: Overlay): QuietPath {
    if (snapshot === undefined) return this.loud;
    const point = snapshot as Point;
    const mark = this.markOf(overlay);
    let paths = point.paths.get(mark);
    if (paths === undefined) point.paths.set(mark, (paths = new Map<number, QuietPath>()));
    let path = paths.get(from);
    if (path === undefined) {
      path = point.root.made++ < maxPaths ? this.#walk(from, point, overlay) : this.loud;
      paths.set(from, path);
    }
    return path;
  }

  #rootOf(variables: Variables): Point {
    const known = this.#byObject.get(variables);
    if (known !== undefined) return known;
    const content = JSON.stringify(Object.entries(variables));
    let point = this.#byContent.get(content);
    if (point === undefined) {
      const tx = new TxStore(this.#plan.slots, this.#plan.watched);
      for (const [name, value] of Object.entries(variables)) tx.set(name, value);
      point = pointOf(tx, { made: 0 });
      if (this.#byContent.size >= maxRoots) this.#byContent = new Map();
      this.#byContent.set(content, point);
    }
    this.#byObject.set(variables, point);
    return point;
  }

  /** The steps that a wholly quiet transaction comes by. */
  #reachFrom(root: Point, overlay: Overlay): Reach {
    const mask = allBits(this.#valued.length, 0);
    let snapshot: Snapshot | undefined = root;
    for (const { from } of this.#plan.phases) {
      const path = this.path(from, snapshot, overlay);
      for (let word = 0; word < mask.length; word++)
        mask[word] = (mask[word] as number) | (path.valued[word] as number);
      for (const step of this.#plan.steps) {
        if (step === undefined || step.guards.length === 0) continue;
        if (hasBit(path.always, step.place) || hasBit(path.valued, step.place))
          for (const gate of step.guards) setBit(mask, gate);
      }
      snapshot = path.after;
    }
    const key = mask.join();
    let reach = this.#reaches.get(key);
    if (reach === undefined) {
      if (this.#reaches.size >= maxRoots) this.#reaches = new Map();
      reach = new Reach(this.#plan, mask);
      this.#reaches.set(key, reach);
    }
    return reach;
  }

  #walk(from: number, start: Point, overlay: Overlay): QuietPath {
    const { steps, phases } = this.#plan;
    const end = (phases.find((phase) => from <= phase.to) as { to: number }).to;
    const always = allBits(this.#valued.length, 0);
    const valued = allBits(this.#valued.length, 0);
    const before: (Snapshot | undefined)[] = [];
    const rehearsal = new Rehearsal(this.#plan, this.#clock, this.#store, overlay, start);
    for (let place = from; place < end; ) {
      const step = steps[place] as Step;
      place++;
      if (step.still && overlay.exclusions(step.index) === undefined) {
        if (overlay.removes(step.index)) continue;
        const matches = rehearsal.plays(step);
        if (matches && step.jump >= 0) place = step.jump;
        if (matches !== undefined) continue;
      }
      setBit(hasBit(this.#valued, step.place) ? valued : always, step.place);
      before[step.place] = rehearsal.point();
    }
    return { always, valued, before, after: rehearsal.point() };
  }
}

function pointOf(tx: TxStore, root: Root): Point {
  return { slots: tx.freeze(), root, paths: new Map() };
}

/** Runs still chains outside of any request. */
class Rehearsal {
  readonly #tx: TxStore;
  readonly #evaluator: Evaluator;
  #point: Point;

  constructor(plan: Plan, clock: Clock, store: CollectionStore, overlay: Overlay, start: Point) {
    this.#point = start;
    this.#tx = new TxStore(plan.slots, plan.watched);
    this.#tx.become(start);
    const nowhere = { remoteAddress: "", remotePort: 0, serverAddress: "", serverPort: 0 };
    const state = new State(new Facts("", nowhere), this.#tx, clock);
    const silent = {
      lookUp: state.lookUp.bind(state),
      gaveUp: () => undefined,
      locate: () => false,
      listed: () => false,
    };
    const effects = new EffectRunner(state, noControls, store, 0);
    const observer = { matched: () => undefined, mayGoOn: () => true };
    this.#evaluator = new Evaluator(state, silent, effects, observer, overlay, undefined);
  }

  /** What the TX variables are now. */
  point(): Point {
    if (this.#tx.snapshot === undefined) {
      this.#point = pointOf(this.#tx, this.#point.root);
      this.#tx.become(this.#point);
    }
    return this.#point;
  }

  /**
   * Runs a chain: whether it matches; undefined where it matches and does more than set variables,
   * so that the request itself has to run it.
   */
  plays(step: Step): boolean | undefined {
    const { rule } = step;
    const speaks = rule.log || rule.disruption.kind !== "pass";
    const before = speaks ? this.point() : undefined;
    const matches = this.#evaluator.chain(step);
    if (!matches || before === undefined) return matches;
    this.#point = before;
    this.#tx.become(before);
    return undefined;
  }
}

/** Still chains control nothing. */
const noControls: Controls = {
  mode: "on",
  requestBodyAccess: false,
  requestBodyLimit: 0,
  responseBodyAccess: false,
  responseBodyLimit: 0,
  forceRequestBody: false,
  auditEngine: "off",
  removeRules: () => undefined,
  removeTargets: () => undefined,
  hide: () => undefined,
};
