import type { Report } from "#report.ts";
import { type Ban, type BanSink, outermost } from "#kernel/bans.ts";
import { runNft } from "#kernel/nft/program.ts";
import { ruleset, type RulesetOptions } from "#kernel/nft/ruleset.ts";
import { synProxyObstacle } from "#kernel/nft/sysctl.ts";
import { elementsOf, netlinkSets, programSets, type Sets } from "#kernel/nft/sets.ts";

export interface KernelDropOptions {
  readonly ruleset: () => RulesetOptions;
  readonly table: string;
  readonly bans: () => readonly Ban[];
  readonly now: () => number;
  readonly report: Report;
  /** Tests bring the slower way. */
  readonly openSets?: (table: string) => Sets;
}

/** Between two attempts to build a table that could not be built. */
const RETRY_MS = 30_000;

/**
 * Keeps the kernel's ban sets as `Bans` has them. The table is made when there is something to put
 * into it. Whatever fails, and whoever takes the table away, the answer is the same: build it anew,
 * whole, and say so; where even that fails, visitors are dropped in user space and it is tried again
 * later.
 */
export class KernelDrop implements BanSink {
  readonly #options: KernelDropOptions;
  #sets: Sets | null = null;
  /** Blocks that are in the kernel: only those that no other lies around. */
  #blocks = new Map<string, Ban>();
  #failedAt = Number.NEGATIVE_INFINITY;
  #said = "";
  #saidOfProxy = "";
  /** Packets and bytes of tables that are gone. */
  readonly #before = new Map<string, { packets: number; bytes: number }>();
  readonly #latest = new Map<string, { packets: number; bytes: number }>();

  constructor(options: KernelDropOptions) {
    this.#options = options;
  }

  /** True while the kernel drops for us. */
  get active(): boolean {
    return this.#sets !== null;
  }

  /** Makes the table, empty of bans or not: for limits that hold without a ban. */
  build(): boolean {
    const { now, report, bans, table, openSets } = this.#options;
    if (now() - this.#failedAt < RETRY_MS) return false;
    this.#close();
    const answer = runNft(ruleset(this.#rules()));
    if (!answer.ok) return this.#failed(answer.text);
    const sets = openSets?.(table) ?? netlinkSets(table) ?? programSets(table);
    const { singles, blocks } = outermost(bans());
    const failure = sets.change({ add: elementsOf([...singles, ...blocks], now()), remove: [] });
    if (failure !== null) {
      sets.close();
      return this.#failed(failure);
    }
    this.#sets = sets;
    this.#blocks = new Map(blocks.map((ban) => [ban.prefix.text, ban]));
    if (this.#said !== "") report("info", "the kernel drops for us again", { table });
    this.#said = "";
    this.#failedAt = Number.NEGATIVE_INFINITY;
    return true;
  }

  changed(added: readonly Ban[], removed: readonly Ban[]): void {
    if (this.#sets === null) {
      if (added.length > 0) this.build();
      return;
    }
    const now = this.#options.now();
    const failure = this.#sets.change(this.#changeOf(added, removed, now));
    if (failure === null) return;
    this.#options.report("warn", "the kernel's ban sets differ from ours: they are built anew", {
      reason: failure,
    });
    this.build();
  }

  /** Looks whether the table is still there, and reads its counters. Called every second or so. */
  check(): void {
    if (this.#sets === null) {
      if (this.#said !== "" && this.#options.bans().length > 0) this.build();
      return;
    }
    const counters = this.#sets.counters();
    if (counters === null) return;
    if (counters.length === 0) {
      const { table } = this.#options;
      this.#options.report("error", "the nftables table was taken away: it is built anew", {
        table,
      });
      this.build();
      return;
    }
    for (const { name, packets, bytes } of counters) this.#latest.set(name, { packets, bytes });
  }

  /** What was dropped since the process began, by counter. */
  dropped(): ReadonlyMap<string, { readonly packets: number; readonly bytes: number }> {
    const sum = new Map(this.#before);
    for (const [name, { packets, bytes }] of this.#latest) {
      const before = sum.get(name) ?? { packets: 0, bytes: 0 };
      sum.set(name, { packets: before.packets + packets, bytes: before.bytes + bytes });
    }
    return sum;
  }

  /** The never-ban list or the ports have changed. */
  renew(): void {
    if (this.#sets !== null) this.build();
  }

  close(remove: boolean): void {
    const wasActive = this.#sets !== null;
    this.#close();
    if (wasActive && remove) runNft(`delete table inet ${this.#options.table}\n`);
  }

  #changeOf(added: readonly Ban[], removed: readonly Ban[], now: number) {
    const isBlock = ({ prefix }: Ban): boolean => prefix.text.includes("/");
    const add = added.filter((ban) => !isBlock(ban));
    // What has ended the kernel takes out by itself, and says no to whoever wants to as well.
    const remove = removed.filter((ban) => !isBlock(ban) && ban.ends > now + 50);
    const addBlocks: Ban[] = [];
    const removeBlocks: Ban[] = [];
    if (added.some(isBlock) || removed.some(isBlock)) {
      const next = new Map(
        outermost(this.#options.bans()).blocks.map((ban) => [ban.prefix.text, ban]),
      );
      for (const [text, ban] of this.#blocks) {
        if (next.get(text) !== ban && ban.ends > now + 50) removeBlocks.push(ban);
      }
      for (const [text, ban] of next) if (this.#blocks.get(text) !== ban) addBlocks.push(ban);
      this.#blocks = next;
    }
    return {
      add: elementsOf([...add, ...addBlocks], now),
      remove: [...remove, ...removeBlocks].map(({ prefix }) => prefix),
    };
  }

  /** Without the SYN proxy where it would keep everybody out. */
  #rules(): RulesetOptions {
    const options = this.#options.ruleset();
    const reason = options.settings.synProxy === null ? null : synProxyObstacle();
    if (reason === null) {
      this.#saidOfProxy = "";
      return options;
    }
    if (this.#saidOfProxy !== reason) {
      this.#options.report("error", "the SYN proxy is left out", { reason });
      this.#saidOfProxy = reason;
    }
    return { ...options, settings: { ...options.settings, synProxy: null } };
  }

  #failed(reason: string): false {
    const { report, now } = this.#options;
    this.#failedAt = now();
    if (this.#said !== reason) {
      report("warn", "the kernel does not drop for us: banned visitors are dropped here", {
        reason,
      });
    }
    this.#said = reason;
    return false;
  }

  #close(): void {
    for (const [name, counted] of this.#latest) {
      const before = this.#before.get(name) ?? { packets: 0, bytes: 0 };
      this.#before.set(name, {
        packets: before.packets + counted.packets,
        bytes: before.bytes + counted.bytes,
      });
    }
    this.#latest.clear();
    this.#sets?.close();
    this.#sets = null;
  }
}
