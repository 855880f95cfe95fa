import { type FSWatcher, mkdirSync, watch } from "node:fs";
import type { Order } from "@egide/contract/order.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { type OrderSet, readOrders, stampOrders } from "#order/store.ts";
import type { Problem } from "#config/problem.ts";

export interface OrderWatch {
  /** The last set in which every file was sound. */
  readonly orders: readonly Order[];
  close(): void;
}

export interface OrderWatchEvents {
  changed(orders: readonly Order[]): void;
  /** Some file is not sound: what was in force stays in force, whole. */
  refused(problems: readonly Problem[]): void;
}

/** A burst of writes is read once; well under the second in which an order must be in force. */
const SETTLE_MS = 50;
/** Also looks without being told: network file systems tell nothing. */
const POLL_MS = 500;

/** Follows the directory of orders. `changed` is called for the first reading too, before this returns. */
export function watchOrders(
  directory: string,
  clock: Clock,
  events: OrderWatchEvents,
  notify: (directory: string, touched: () => void) => { close(): void } = fileSystemNotify,
): OrderWatch {
  let orders: readonly Order[] = [];
  let stamp: string | null = null;
  let timer: Timer | null = null;
  let closed = false;

  const refuse = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    events.refused([{ ...NOWHERE, source: directory, message }]);
  };
  const take = (set: OrderSet, isFirst: boolean): void => {
    if (set.problems.length > 0) events.refused(set.problems);
    // At the start there is no last good set: what is sound is in force rather than nothing.
    if (set.problems.length > 0 && !isFirst) return;
    orders = set.orders;
    events.changed(orders);
  };
  const read = (): void => {
    try {
      const now = stampOrders(directory);
      if (now === stamp) return;
      const isFirst = stamp === null;
      stamp = now;
      take(readOrders(directory), isFirst);
    } catch (error) {
      refuse(error);
    }
  };
  const lookIn = (ms: number): void => {
    timer?.cancel();
    if (closed) return;
    timer = clock.after(ms, () => {
      read();
      lookIn(POLL_MS);
    });
  };

  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const watcher = notify(directory, () => lookIn(SETTLE_MS));
  read();
  lookIn(POLL_MS);
  return {
    get orders() {
      return orders;
    },
    close() {
      closed = true;
      timer?.cancel();
      watcher.close();
    },
  };
}

const NOWHERE = { line: null, column: null, length: 0, suggestion: null, excerpt: null } as const;

function fileSystemNotify(directory: string, touched: () => void): { close(): void } {
  let watcher: FSWatcher;
  try {
    watcher = watch(directory, { persistent: false }, touched);
  } catch {
    // Out of inotify watches, or a file system without: polling alone is fast enough.
    return { close: () => {} };
  }
  watcher.on("error", () => watcher.close());
  return watcher;
}
