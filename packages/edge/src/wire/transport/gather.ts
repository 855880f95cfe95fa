import type { BaseConn } from "#wire/transport/base.ts";

/** Bytes gathered before they must leave. */
const CAPACITY = 262_144;
/** A larger write is worth a system call of its own rather than a copy. */
const LARGE = 32_768;
export const scratch = Buffer.allocUnsafeSlow(CAPACITY);

/** Whose the stretches of `scratch` are, in order, and where each ends. */
const owners: (BaseConn | null)[] = [];
const ends: number[] = [];
let stretches = 0;
/** The first stretch that is not sent yet. */
let unsent = 0;
let last: BaseConn | null = null;
let used = 0;
let flushing = false;
let depth = 0;
/** Monotonic moment of the callback that runs; -1 outside of callbacks. */
let moment = -1;
let scheduled = false;

/**
 * The thread's one write buffer. Small writes of a connection (a head, the first chunk, the next
 * head) are put together here and leave in one system call. What is written while a batch of events
 * is worked off leaves behind it, connection after connection: the kernel's code and ours do not
 * push each other out of the processor's caches with every request.
 */
export const gather = {
  /** Room for `bytes` more of `conn`'s output, after sending what must leave first. Null: too large. */
  reserve(conn: BaseConn, bytes: number): Buffer | null {
    if (bytes > LARGE) {
      gather.flush(conn);
      return null;
    }
    if (used + bytes > CAPACITY) {
      gather.flush();
      // Inside of a flush the buffer is not free yet.
      if (used + bytes > CAPACITY) return null;
    }
    if (last !== conn) {
      closeStretch();
      owners[stretches++] = conn;
      last = conn;
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

  /**
   * Sends what was gathered, whoever's it is. Called from inside of itself (a send may end a connection,
   * whose handler writes to others) it sends the rest in order and leaves the buffer as it is.
   * `goesOn`: whose next bytes follow at once.
   */
  flush(goesOn: BaseConn | null = null): void {
    if (unsent === stretches) return;
    const nested = flushing;
    flushing = true;
    while (unsent < stretches) {
      closeStretch();
      const at = unsent++;
      const conn = owners[at] as BaseConn | null;
      owners[at] = null;
      if (conn !== null) {
        send(conn, at === 0 ? 0 : (ends[at - 1] as number), ends[at] as number, conn === goesOn);
      }
    }
    if (nested) return;
    flushing = false;
    stretches = 0;
    unsent = 0;
    used = 0;
  },

  flushOf(conn: BaseConn): void {
    for (let i = unsent; i < stretches; i++) {
      if (owners[i] !== conn) continue;
      gather.flush();
      return;
    }
  },

  /** Forgets what was gathered for a connection that is gone. */
  drop(conn: BaseConn): void {
    for (let i = unsent; i < stretches; i++) if (owners[i] === conn) owners[i] = null;
    if (last === conn) closeStretch();
  },

  /** A callback of a transport, or a batch of them, begins: hold writes back until `leave`. */
  enter(): void {
    depth++;
  },

  leave(): void {
    moment = -1;
    if (--depth === 0) gather.flush();
  },

  /** Monotonic milliseconds; stands still while a callback runs, which asks for it many times. */
  now(): number {
    if (depth === 0) return performance.now();
    if (moment < 0) moment = performance.now();
    return moment;
  },
};

/** The newest stretch is to grow no more. */
function closeStretch(): void {
  if (last === null) return;
  ends[stretches - 1] = used;
  last = null;
}

function send(conn: BaseConn, from: number, to: number, goesOn: boolean): void {
  // Room that was reserved for a read which brought nothing.
  if (from === to) return;
  try {
    conn.sendNow(scratch, from, to, goesOn);
  } catch {
    // The others' bytes leave all the same.
    conn.abort();
  }
}

function flushScheduled(): void {
  scheduled = false;
  gather.flush();
}
