import { isSingle, parsePrefix, type Prefix, PrefixMap } from "#kernel/prefix.ts";
import type { NeverBan } from "#kernel/never.ts";

export interface BanRequest {
  /** An address or a block in CIDR notation. */
  readonly prefix: string;
  readonly seconds: number;
  /** Where the reasons are found: id of a rule, a mitigation, a receipt. */
  readonly evidence: string;
  readonly by: "operator" | "automation" | "peer";
}

export interface Ban extends Omit<BanRequest, "prefix"> {
  readonly prefix: Prefix;
  /** Wall clock, for people. */
  readonly since: number;
  /** Monotonic milliseconds of the machine (see wire/process-time.ts): what the ban really ends by. */
  readonly ends: number;
}

/** Why a ban was not made. `kept`: one that lasts longer is in force already. */
export type BanOutcome =
  | { readonly kind: "banned" | "kept" | "malformed" | "too_wide" }
  /** Names the entry that must not be banned. */
  | { readonly kind: "never"; readonly entry: string };

/**
 * Hears what changes, whole batches at once: first take away what is removed, then add. A ban that is
 * renewed is removed as it was and added as it is.
 */
export interface BanSink {
  changed(added: readonly Ban[], removed: readonly Ban[]): void;
}

/** A slip of the pen must not shut out a continent; what decides by itself may do less than a person. */
const WIDEST = { operator: { 4: 8, 16: 19 }, other: { 4: 16, 16: 32 } };
const LONGEST_SECONDS = 366 * 86_400;

export interface BansOptions {
  readonly never: NeverBan;
  /** Bans in force at once; beyond, the one that ends first makes room. */
  readonly most: number;
  readonly now: () => number;
  readonly wall: () => number;
  readonly sinks: readonly BanSink[];
}

/** Who is banned, until when and why. Lives in the main thread; no clock but a monotonic one ends a ban. */
export class Bans {
  readonly #options: BansOptions;
  readonly #bans = new PrefixMap<Ban>();

  constructor(options: BansOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#bans.size;
  }

  ban(requests: readonly BanRequest[]): BanOutcome[] {
    const added = new Set<Ban>();
    const removed: Ban[] = [];
    const outcomes = requests.map((request) => this.#ban(request, added, removed));
    for (const ban of this.#makeRoom()) if (!added.delete(ban)) removed.push(ban);
    this.#tell([...added], removed);
    return outcomes;
  }

  /** False where it was not banned. Bans around it or within stay. */
  lift(text: string): boolean {
    const prefix = parsePrefix(text);
    const ban = prefix === null ? undefined : this.#bans.get(prefix);
    if (prefix === null || ban === undefined) return false;
    this.#bans.delete(prefix);
    this.#tell([], [ban]);
    return true;
  }

  /** Those in force, the last to end first. */
  list(): Ban[] {
    const now = this.#options.now();
    return this.#bans
      .values()
      .filter(({ ends }) => ends > now)
      .sort((a, b) => b.ends - a.ends);
  }

  /** The ban that holds an address (or block), be it for itself or for a block around it. */
  find(text: string): Ban | null {
    const prefix = parsePrefix(text);
    if (prefix === null) return null;
    const ban = this.#bans.get(prefix) ?? this.#bans.around(prefix, false);
    return ban === undefined || ban.ends <= this.#options.now() ? null : ban;
  }

  /** Takes up what an earlier process left: what may not be banned any more is left out. */
  restore(bans: readonly Ban[]): void {
    const now = this.#options.now();
    const alive = bans.filter(
      ({ prefix, ends }) => ends > now && this.#options.never.touches(prefix) === null,
    );
    for (const ban of alive) this.#bans.set(ban.prefix, ban);
    const excess = new Set(this.#makeRoom());
    this.#tell(
      alive.filter((ban) => !excess.has(ban)),
      [],
    );
  }

  /** Forgets what has ended. Called every second or so. */
  expire(): void {
    const now = this.#options.now();
    const over = this.#bans.values().filter(({ ends }) => ends <= now);
    for (const { prefix } of over) this.#bans.delete(prefix);
    this.#tell([], over);
  }

  /** The never-ban list has changed: it holds for bans that were made before, too. */
  recheck(): void {
    const { never } = this.#options;
    const freed = this.#bans.values().filter(({ prefix }) => never.touches(prefix) !== null);
    for (const { prefix } of freed) this.#bans.delete(prefix);
    this.#tell([], freed);
  }

  #ban(request: BanRequest, added: Set<Ban>, removed: Ban[]): BanOutcome {
    const prefix = parsePrefix(request.prefix);
    const { seconds, evidence, by } = request;
    if (prefix === null || !(seconds > 0)) return { kind: "malformed" };
    const widest = WIDEST[by === "operator" ? "operator" : "other"];
    if (prefix.bits < (prefix.bytes.length === 4 ? widest[4] : widest[16])) {
      return { kind: "too_wide" };
    }
    const entry = this.#options.never.touches(prefix);
    if (entry !== null) return { kind: "never", entry };
    const ends = this.#options.now() + Math.min(seconds, LONGEST_SECONDS) * 1000;
    const old = this.#bans.get(prefix);
    // A person may shorten what they find too long; what decides by itself only prolongs.
    if (old !== undefined && old.ends >= ends && by !== "operator") return { kind: "kept" };
    const ban: Ban = { prefix, seconds, evidence, by, since: this.#options.wall(), ends };
    this.#bans.set(prefix, ban);
    // Named twice in one batch: nobody has heard of the first yet.
    if (old !== undefined && !added.delete(old)) removed.push(old);
    added.add(ban);
    return { kind: "banned" };
  }

  #makeRoom(): Ban[] {
    const excess = this.#bans.size - this.#options.most;
    if (excess <= 0) return [];
    const first = this.#bans
      .values()
      .sort((a, b) => a.ends - b.ends)
      .slice(0, excess);
    for (const { prefix } of first) this.#bans.delete(prefix);
    return first;
  }

  #tell(added: readonly Ban[], removed: readonly Ban[]): void {
    if (added.length === 0 && removed.length === 0) return;
    for (const sink of this.#options.sinks) sink.changed(added, removed);
  }
}

/** Blocks that no other block of the list lies around, and single addresses, which have a set of their own. */
export function outermost(bans: readonly Ban[]): { singles: Ban[]; blocks: Ban[] } {
  const all = new PrefixMap<Ban>();
  const singles: Ban[] = [];
  for (const ban of bans) {
    if (isSingle(ban.prefix)) singles.push(ban);
    else all.set(ban.prefix, ban);
  }
  const blocks = all.values().filter(({ prefix }) => all.around(prefix, false) === undefined);
  return { singles, blocks };
}
