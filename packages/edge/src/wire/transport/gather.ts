import type { BaseConn } from "#wire/transport/base.ts";

/** Bytes gathered before they must leave: one TLS record's worth several times over. */
const CAPACITY = 65_536;
export const scratch = Buffer.allocUnsafeSlow(CAPACITY);

let owner: BaseConn | null = null;
let used = 0;
let depth = 0;
/** Monotonic moment of the callback that runs; -1 outside of callbacks. */
let moment = -1;
let scheduled = false;

/**
 * The thread's one write buffer. Small writes of a connection (a head, the first chunk, the next
 * head) are put together here and leave in one system call; a write by another connection, a full
 * buffer, the end of the callback or of the microtask sends them.
 */
export const gather = {
  /** Room for `bytes` more of `conn`'s output, after sending what must leave first. Null: too large. */
  reserve(conn: BaseConn, bytes: number): Buffer | null {
    if (owner !== conn) {
      gather.flush();
      owner = conn;
    }
    if (used + bytes > CAPACITY) {
      gather.flush();
      if (bytes > CAPACITY) return null;
      owner = conn;
    }
    if (depth === 0 && !scheduled) {
      scheduled = true;
      queueMicrotask(flushScheduled);
    }
    return scratch;
  },

  get used(): number {
    return used;
  },

  took(bytes: number): void {
    used += bytes;
  },

  /** Sends what was gathered, whoever's it is. */
  flush(): void {
    const conn = owner;
    const bytes = used;
    owner = null;
    used = 0;
    if (conn !== null && bytes > 0) conn.sendNow(scratch, 0, bytes);
  },

  flushOf(conn: BaseConn): void {
    if (owner === conn) gather.flush();
  },

  /** Forgets what was gathered for a connection that is gone. */
  drop(conn: BaseConn): void {
    if (owner !== conn) return;
    owner = null;
    used = 0;
  },

  /** A transport callback begins: hold writes back until `leave`. */
  enter(): void {
    depth++;
  },

  leave(): void {
    if (--depth > 0) return;
    gather.flush();
    moment = -1;
  },

  /** Monotonic milliseconds; stands still while a callback runs, which asks for it many times. */
  now(): number {
    if (depth === 0) return performance.now();
    if (moment < 0) moment = performance.now();
    return moment;
  },
};

function flushScheduled(): void {
  scheduled = false;
  gather.flush();
}
