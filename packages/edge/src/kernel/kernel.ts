import type { KernelSettings } from "@egide/contract/policy/kernel.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { BanFile } from "#kernel/ban-file.ts";
import { type BanTableMemory, BanTableWriter, createBanTableMemory } from "#kernel/ban-table.ts";
import { type Ban, type BanOutcome, type BanRequest, Bans } from "#kernel/bans.ts";
import { NeverBan } from "#kernel/never.ts";
import { KernelDrop } from "#kernel/nft/drop.ts";
import { removeLeftover } from "#kernel/nft/program.ts";
import type { Report } from "#report.ts";
import { bootId, machineTime } from "#wire/process-time.ts";

export interface KernelOptions {
  readonly settings: KernelSettings;
  /** Where bans are kept over a restart. */
  readonly file: string;
  /** Peers whose word is believed about who the visitor is: never banned. */
  readonly trustedProxies: readonly string[];
  readonly clock: Clock;
  readonly report: Report;
}

/** Ports that the edge listens on; what comes to others is left alone. */
export interface EdgePorts {
  readonly tcp: readonly number[];
  readonly udp: readonly number[];
}

const TICK_MS = 1000;

/**
 * Bans of one process: made, lifted and ended here in the main thread; enforced by the kernel where it
 * lets us and by every worker (which has the last word also where visitors come through a proxy).
 */
export class Kernel {
  readonly bans: Bans;
  readonly never = new NeverBan();
  /** For the workers. */
  readonly memory: BanTableMemory;
  readonly #options: KernelOptions;
  readonly #file: BanFile;
  readonly #now: () => number;
  readonly #drop: KernelDrop | null;
  #ports: EdgePorts = { tcp: [], udp: [] };
  #timer: Timer | null = null;
  #over = false;

  constructor(options: KernelOptions) {
    const { settings, clock, report, file } = options;
    this.#options = options;
    const now = machineTime(clock);
    this.#now = now;
    this.setTrusted(options.trustedProxies, settings.neverBan);
    this.memory = createBanTableMemory(settings.mostBans * 2);
    this.#file = new BanFile({
      path: file,
      clock,
      now,
      boot: bootId(),
      list: () => this.bans.list(),
      onFailure: (error) => report("error", "the file of bans can't be used", { file, error }),
    });
    this.#drop = settings.enabled
      ? new KernelDrop({
          table: settings.table,
          ruleset: () => ({
            settings,
            tcpPorts: this.#ports.tcp,
            udpPorts: this.#ports.udp,
            never: this.never.prefixes(),
            comment: `Egide process ${process.pid}`,
          }),
          bans: () => this.bans.list(),
          now,
          report,
        })
      : null;
    const sinks = [new BanTableWriter(this.memory), this.#file];
    this.bans = new Bans({
      never: this.never,
      most: settings.mostBans,
      now,
      wall: () => clock.now(),
      sinks: this.#drop === null ? sinks : [...sinks, this.#drop],
    });
  }

  /** Once the ports are known: takes up what was in force, and begins to look after it. */
  start(ports: EdgePorts): void {
    this.#ports = ports;
    this.#clearLeftover();
    this.bans.restore(this.#file.read());
    const { connectionsPerAddress, connectionRate, synProxy } = this.#options.settings;
    if (connectionsPerAddress !== null || connectionRate !== null || synProxy !== null) {
      this.#drop?.build();
    }
    this.#tick();
  }

  /** Bans, and says in the log what was refused. */
  ban(requests: readonly BanRequest[]): BanOutcome[] {
    const outcomes = this.bans.ban(requests);
    outcomes.forEach((outcome, i) => {
      if (outcome.kind === "banned" || outcome.kind === "kept") return;
      this.#options.report("warn", "not banned", { ...requests[i], outcome });
    });
    return outcomes;
  }

  /** The clock that bans end by. */
  now(): number {
    return this.#now();
  }

  /** Milliseconds that a ban has left. */
  left({ ends }: Ban): number {
    return Math.max(0, ends - this.#now());
  }

  /** Trusted proxies and the operator's own never-ban list, of a configuration that was read again. */
  setTrusted(trustedProxies: readonly string[], neverBan: readonly string[]): void {
    this.never.set("trustedProxies", trustedProxies);
    this.setNever("kernel.neverBan", neverBan);
  }

  /** A list of addresses that are not to be banned, such as a verified bot's. */
  setNever(source: string, blocks: readonly string[]): void {
    this.never.set(source, blocks);
    if (this.#timer === null) return;
    this.bans.recheck();
    this.#drop?.renew();
  }

  /** What the kernel dropped, for `/metrics`; see docs/reference/metrics.md. */
  metrics(): string {
    let text = heading("egide_bans", "gauge", "Bans in force.");
    text += `egide_bans ${this.bans.size}\n`;
    text += heading("egide_kernel_active", "gauge", "1 while the kernel drops for us.");
    text += `egide_kernel_active ${this.#drop?.active === true ? 1 : 0}\n`;
    const dropped = [...(this.#drop?.dropped() ?? [])];
    for (const unit of ["packets", "bytes"] as const) {
      const name = `egide_kernel_dropped_${unit}_total`;
      text += heading(name, "counter", `What the kernel dropped for us, in ${unit}, by rule.`);
      for (const [rule, counted] of dropped) text += `${name}{rule="${rule}"} ${counted[unit]}\n`;
    }
    return text;
  }

  /** A newer process takes over with the file as it is: it builds the table for itself. */
  handOver(): void {
    this.#over = true;
    this.#stop();
    this.#drop?.close(false);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop();
    this.#drop?.close(this.#options.settings.removeAtStop);
  }

  #clearLeftover(): void {
    const { settings, report } = this.#options;
    if (this.#drop === null) return;
    const pid = removeLeftover(settings.table);
    if (pid !== null) {
      const { table } = settings;
      report("warn", "a killed process had left its nftables table: it was taken away", {
        table,
        pid,
      });
    }
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#file.flush();
  }

  #tick(): void {
    this.#timer = this.#options.clock.after(TICK_MS, () => {
      this.bans.expire();
      this.#drop?.check();
      this.#tick();
    });
  }
}

function heading(name: string, kind: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`;
}
