import type { Clock } from "@egide/std/clock.ts";
import { allBits, type Bits, hasBit, setBit } from "#plan/bits.ts";
import type { Plan } from "#plan/plan.ts";
import { Reach, valuedSteps } from "#plan/reach.ts";
import type { Step } from "#plan/step.ts";
import type { Play } from "#plan/plays.ts";
import { EffectRunner, type Controls } from "#run/effects.ts";
import { Evaluator } from "#run/evaluator.ts";
import { Facts, nowhere } from "#run/facts.ts";
import type { Overlay } from "#run/overlay.ts";
import { Pace } from "#run/pace.ts";
import { type Shape, Shapes } from "#run/shape.ts";
import { State } from "#run/state.ts";
import type { CollectionStore } from "#run/stored.ts";
import { type Snapshot, TxStore } from "#run/tx-store.ts";
import { keyMatches } from "#rule/pick.ts";

/**
 * How a phase goes on from a place as long as nothing but played chains matches: the other steps that
 * it comes by, and what the TX variables hold at each of them. Most requests take this path to its
 * end, so that levels, scores and flags, and what the names of header fields say, are worked out once
 * and not in every request.
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
  /** By what the overlay does to chains that are played, then by place. */
  readonly paths: Map<string, Map<number, QuietPath>>;
}

interface Root {
  /** What requests that start from it look like; undefined where that is not known. */
  readonly shape: Shape | undefined;
  /** The zone's variables that are in no snapshot. */
  readonly aside: readonly string[];
  /** Paths made from this root so far. */
  made: number;
}

/** Where a transaction starts. */
export interface Start {
  readonly snapshot: Snapshot;
  /** The names of those variables that the snapshot does not hold. */
  readonly aside: readonly string[];
  readonly reach: Reach;
}

type Variables = Readonly<Record<string, string>>;

/** Paths of one starting point: past that (requests that change much), steps run one by one. */
const maxPaths = 400;
/** Starting points (sets of a zone's variables) that are kept. */
const maxRoots = 128;
/** The same, of requests whose shape is known. */
const maxShaped = 512;
/** The same at once, and a second: each plays all phases, and who asks for it may do so on purpose. */
const shapedBurst = 64;
const shapedPerSecond = 8;

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
  readonly #shapes: Shapes;
  readonly #pace: Pace;
  #shaped = new WeakMap<Point, Map<Shape, Point>>();
  #shapedCount = 0;
  readonly #marks = new WeakMap<Overlay, string>();
  #reaches = new Map<string, Reach>();

  constructor(plan: Plan, clock: Clock, store: CollectionStore) {
    this.#plan = plan;
    this.#clock = clock;
    this.#store = store;
    this.#shapes = new Shapes(clock);
    this.#pace = new Pace(clock, shapedBurst, shapedPerSecond);
    this.#valued = valuedSteps(plan);
    this.loud = {
      always: this.#valued.map((word) => ~word),
      valued: this.#valued,
      before: undefined,
      after: undefined,
    };
  }

  /** Where a transaction with these variables, this overlay and this head starts. */
  start(variables: Variables, overlay: Overlay, request: Facts): Start {
    const shape = this.#shapes.of(request);
    const root = this.#rootOf(variables);
    const point = shape === undefined ? root : this.#shapedRoot(root, shape);
    let starts = this.#starts.get(point);
    if (starts === undefined) this.#starts.set(point, (starts = new Map<string, Start>()));
    const mark = this.markOf(overlay);
    let start = starts.get(mark);
    if (start === undefined) {
      const { aside } = point.root;
      start = { snapshot: point, aside, reach: this.#reachFrom(point, overlay) };
      starts.set(mark, start);
    }
    return start;
  }

  #shapedRoot(root: Point, shape: Shape): Point {
    let points = this.#shaped.get(root);
    if (points === undefined) this.#shaped.set(root, (points = new Map<Shape, Point>()));
    let point = points.get(shape);
    if (point !== undefined) return point;
    if (!this.#pace.take()) return root;
    if (++this.#shapedCount > maxShaped) {
      this.#shapedCount = 1;
      this.#shaped = new WeakMap([[root, (points = new Map<Shape, Point>())]]);
    }
    const { aside } = root.root;
    point = { ...root, root: { shape, aside, made: 0 }, byShape: true, paths: new Map() };
    points.set(shape, point);
    return point;
  }

  /** What an overlay does to played chains: the same for most, so that their paths are the same. */
  markOf(overlay: Overlay): string {
    let mark = this.#marks.get(overlay);
    if (mark === undefined) {
      mark = "";
      const { steps, plays } = this.#plan;
      for (const step of steps) {
        if (step === undefined || plays.shaped[step.place] === undefined) continue;
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
      const tx = new TxStore(this.#plan.slots, this.#plan.plays);
      for (const [name, value] of Object.entries(variables)) tx.set(name, value);
      const aside = Object.keys(variables).filter((name) => tx.keepsAside(name));
      point = pointOf(tx, { shape: undefined, aside, made: 0 });
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
    const { steps, phases, plays } = this.#plan;
    const end = (phases.find((phase) => from <= phase.to) as { to: number }).to;
    const always = allBits(this.#valued.length, 0);
    const valued = allBits(this.#valued.length, 0);
    const before: (Snapshot | undefined)[] = [];
    const rehearsal = new Rehearsal(this.#plan, this.#clock, this.#store, overlay, start);
    const playable = start.root.shape === undefined ? plays.still : plays.shaped;
    for (let place = from; place < end; ) {
      const step = steps[place] as Step;
      place++;
      const play = playable[step.place];
      if (play !== undefined && overlay.exclusions(step.index) === undefined) {
        if (overlay.removes(step.index)) continue;
        const matches = rehearsal.plays(play);
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
  return { ...tx.freeze(), root, byShape: root.shape !== undefined, paths: new Map() };
}

/** Plays chains outside of any request. */
class Rehearsal {
  readonly #plan: Plan;
  readonly #tx: TxStore;
  readonly #evaluator: Evaluator;
  #point: Point;

  constructor(plan: Plan, clock: Clock, store: CollectionStore, overlay: Overlay, start: Point) {
    this.#plan = plan;
    this.#point = start;
    this.#tx = new TxStore(plan.slots, plan.plays);
    this.#tx.become(start);
    const state = new State(start.root.shape?.facts ?? noFacts, this.#tx, clock);
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
    if (this.#tx.moved) {
      this.#point = pointOf(this.#tx, this.#point.root);
      this.#tx.restart(this.#point);
    }
    return this.#point;
  }

  /**
   * Plays a chain: whether it matches; undefined where it matches and does more than set variables,
   * or where its beginning does, so that the request itself has to run it.
   */
  plays({ chain, whole, coins }: Play): boolean | undefined {
    const { rule } = chain;
    const speaks = !whole || rule.log || rule.disruption.kind !== "pass";
    const before = speaks || coins ? this.point() : undefined;
    const matches = this.#evaluator.chain(chain);
    if (before === undefined) return matches;
    if (!(matches && speaks) && !this.#othersSee(chain)) return matches;
    this.#point = before;
    this.#tx.restart(before);
    return undefined;
  }

  /** True where rules of another chain would pick a name that was made up, in an order of their own. */
  #othersSee(chain: Step): boolean {
    for (const { key } of this.#tx.madeUp)
      for (const reader of this.#plan.plays.readers)
        if (reader.chain !== chain.index && keyMatches(reader.regex, key)) return true;
    return false;
  }
}

const noFacts = new Facts("", nowhere);

/** Played chains control nothing. */
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
