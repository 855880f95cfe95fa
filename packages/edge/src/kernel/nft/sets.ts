import type { Ban } from "#kernel/bans.ts";
import { type NetlinkSocket, openNetlink } from "#kernel/nft/libc.ts";
import {
  type Counter,
  DELSETELEM,
  MessageWriter,
  NEWSETELEM,
  readCounters,
  readErrors,
} from "#kernel/nft/message.ts";
import { runNft } from "#kernel/nft/program.ts";
import { elementScript, setOf } from "#kernel/nft/ruleset.ts";
import type { Prefix } from "#kernel/prefix.ts";

/** One change of the ban sets, made whole or not at all. */
export interface SetChange {
  /** With the milliseconds that are left of each. */
  readonly add: readonly { readonly prefix: Prefix; readonly ms: number }[];
  readonly remove: readonly Prefix[];
}

/** How elements get into the kernel's sets, and counters out of it. */
export interface Sets {
  /** Null, or why nothing was changed. */
  change(change: SetChange): string | null;
  /** Empty where the table is gone; null where this way can't tell. */
  counters(): Counter[] | null;
  close(): void;
}

/**
 * Messages straight to the kernel: 10,000 addresses in about 20 ms, one in a tenth of a millisecond,
 * without starting a program (docs/adr/0129). Null where no such socket is to be had.
 */
export function netlinkSets(table: string): Sets | null {
  const socket = openNetlink();
  return socket === null ? null : new NetlinkSets(socket, table);
}

class NetlinkSets implements Sets {
  readonly #socket: NetlinkSocket;
  readonly #table: string;
  readonly #writer = new MessageWriter();

  constructor(socket: NetlinkSocket, table: string) {
    this.#socket = socket;
    this.#table = table;
  }

  change({ add, remove }: SetChange): string | null {
    const writer = this.#writer;
    writer.reset();
    writer.beginBatch();
    let answers = this.#elements(
      DELSETELEM,
      remove.map((prefix) => ({ prefix, ms: 0 })),
    );
    answers += this.#elements(NEWSETELEM, add);
    writer.endBatch();
    const errno = this.#socket.send(writer.message);
    if (errno !== 0) return `netlink refused the batch (errno ${errno})`;
    const errors = this.#answers((datagram) => readErrors(datagram));
    const failed = errors.find((error) => error !== 0);
    if (failed !== undefined) return `a set refused a change (errno ${failed})`;
    return errors.length < answers ? "netlink lost answers" : null;
  }

  counters(): Counter[] {
    this.#writer.reset();
    this.#writer.dumpCounters(this.#table);
    if (this.#socket.send(this.#writer.message) !== 0) return [];
    return this.#answers(readCounters);
  }

  close(): void {
    this.#socket.close();
  }

  #elements(
    kind: number,
    elements: readonly { readonly prefix: Prefix; readonly ms: number }[],
  ): number {
    let answers = 0;
    const bySet = Map.groupBy(elements, ({ prefix }) => setOf(prefix));
    for (const [set, list] of bySet) {
      const interval = set.startsWith("net");
      const flat = list.map(({ prefix: { bytes, bits }, ms }) => ({ bytes, bits, ms }));
      answers += this.#writer.elements(kind, this.#table, set, interval, flat);
    }
    return answers;
  }

  #answers<T>(read: (datagram: Uint8Array) => T[]): T[] {
    const all: T[] = [];
    for (;;) {
      const datagram = this.#socket.receive();
      if (datagram === null) return all;
      all.push(...read(datagram));
    }
  }
}

/** The same by the `nft` program: ten times slower, for systems without such a socket. */
export function programSets(table: string): Sets {
  return {
    change({ add, remove }) {
      let script = "";
      const removed = remove.map((prefix) => ({ prefix, ms: 0 }));
      for (const [set, list] of Map.groupBy(removed, ({ prefix }) => setOf(prefix))) {
        script += elementScript("delete", table, set, list);
      }
      for (const [set, list] of Map.groupBy(add, ({ prefix }) => setOf(prefix))) {
        script += elementScript("add", table, set, list);
      }
      const { ok, text } = runNft(script);
      return ok ? null : text;
    },
    counters: () => (runNft(`list counters table inet ${table}\n`).ok ? null : []),
    close() {},
  };
}

/** What a list of bans is as elements at `now`. */
export function elementsOf(
  bans: readonly Ban[],
  now: number,
): { readonly prefix: Prefix; readonly ms: number }[] {
  return bans.flatMap(({ prefix, ends }) => (ends > now ? [{ prefix, ms: ends - now }] : []));
}
