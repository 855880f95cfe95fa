import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { drainMicrotasks } from "bun:jsc";
import { ptr } from "bun:ffi";
import { gather } from "#wire/transport/gather.ts";
import { libc, prepareErrno } from "#wire/transport/native/libc.ts";

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;

const ADD = 1;
const DEL = 2;
const MOD = 3;
const BATCH = 512;
/** `struct epoll_event` is packed on x86-64 and aligned elsewhere. */
const STRIDE = process.arch === "x64" ? 3 : 4;
const FD_AT = process.arch === "x64" ? 1 : 2;
/** Longest sleep: timers of the runtime, which this loop cannot see, are late by no more. */
const IDLE_MS = 10;
/** The same right after work, which may have left the runtime something to do at once. */
const PAUSE_MS = 1;
/** Longest time in which this loop keeps the runtime's own from its timers and sockets. */
const TURN_MS = 2;

/**
 * Longest time that newcomers have in one batch of events: who is known is asked first, and a flood of
 * connections that open keeps nobody waiting who has been answered before.
 */
const NEWCOMERS_MS = 2;

/** What waits on a descriptor. */
export interface Pollable {
  /** Nothing was sent to it yet (or it brings such): its events may be left for the next batch. */
  readonly isNewcomer?: boolean;
  onEvents(events: number): void;
  /** `onEvents` threw: this member is lost, the thread is not. */
  failed(error: unknown): void;
}

/**
 * One epoll for a thread's native connections. The runtime's own epoll is one of its members, so that
 * one sleep serves both; whenever that one has work, or now and then, the runtime gets its turn.
 */
export class NativeLoop {
  readonly #epoll: number;
  readonly #runtime: number;
  readonly #members: (Pollable | undefined)[] = [];
  /** Tells a descriptor's new owner from its last one within one batch of events. */
  readonly #generations: number[] = [];
  readonly #events = new Int32Array(BATCH * STRIDE);
  readonly #eventsAt = ptr(this.#events);
  /** Places in `#events` that are to be looked at last. */
  readonly #later = new Int32Array(BATCH);
  readonly #change = new Int32Array(STRIDE);
  readonly #changeAt = ptr(this.#change);
  readonly #c = libc();
  #size = 0;
  #running = false;

  constructor(runtimeEpoll: number) {
    prepareErrno();
    this.#epoll = this.#c.epoll_create1(0o2000000);
    this.#runtime = runtimeEpoll;
    this.#control(ADD, runtimeEpoll, EPOLLIN);
  }

  add(fd: number, events: number, member: Pollable): void {
    this.#members[fd] = member;
    this.#generations[fd] = ((this.#generations[fd] ?? 0) + 1) | 0;
    this.#size++;
    this.#control(ADD, fd, events);
    if (!this.#running) {
      this.#running = true;
      setImmediate(this.#turn);
    }
  }

  change(fd: number, events: number): void {
    this.#control(MOD, fd, events);
  }

  remove(fd: number): void {
    if (this.#members[fd] === undefined) return;
    this.#members[fd] = undefined;
    this.#size--;
    this.#control(DEL, fd, 0);
  }

  /** The same for a descriptor that is closed now: the kernel takes it off the epoll by itself. */
  forget(fd: number): void {
    if (this.#members[fd] === undefined) return;
    this.#members[fd] = undefined;
    this.#size--;
  }

  #control(operation: number, fd: number, events: number): void {
    this.#change[0] = events;
    this.#change[FD_AT] = fd;
    this.#change[FD_AT + 1] = this.#generations[fd] ?? 0;
    this.#c.epoll_ctl(this.#epoll, operation, fd, this.#changeAt);
  }

  /** Runs until the runtime has work or its turn has come. */
  readonly #turn = (): void => {
    if (this.#size === 0) {
      this.#running = false;
      return;
    }
    try {
      this.#serve();
    } finally {
      // Whatever a handler threw even while it was told of its failure: the others are served on.
      setImmediate(this.#turn);
    }
  };

  #serve(): void {
    const end = performance.now() + TURN_MS;
    let wait = 0;
    let worked = false;
    for (;;) {
      const count = this.#c.epoll_wait(this.#epoll, this.#eventsAt, BATCH, wait);
      worked ||= count > 0;
      const runtimeHasWork = count > 0 && this.#dispatch(count);
      // A sleep was had, or somebody else waits: the runtime's timers are due a look.
      if (runtimeHasWork || (wait > 0 && count <= 0) || performance.now() >= end) break;
      wait = count > 0 ? 0 : worked ? PAUSE_MS : IDLE_MS;
    }
  }

  /** What is left out is still ready, and told again. */
  #deliverLate(count: number): void {
    const end = performance.now() + NEWCOMERS_MS;
    for (let i = 0; i < count; i++) {
      const place = this.#later[i] as number;
      this.#deliver(place, this.#events[place * STRIDE + FD_AT] as number);
      if (performance.now() >= end) return;
    }
  }

  #deliver(place: number, fd: number): void {
    // The descriptor was somebody else's when the event happened.
    if (this.#events[place * STRIDE + FD_AT + 1] !== this.#generations[fd]) return;
    const member = this.#members[fd];
    try {
      member?.onEvents(this.#events[place * STRIDE] as number);
    } catch (error) {
      member?.failed(error);
    }
  }

  #dispatch(count: number): boolean {
    let runtimeHasWork = false;
    let later = 0;
    gather.enter();
    for (let i = 0; i < count; i++) {
      const fd = this.#events[i * STRIDE + FD_AT] as number;
      if (fd === this.#runtime) runtimeHasWork = true;
      else if (this.#members[fd]?.isNewcomer === true) this.#later[later++] = i;
      else this.#deliver(i, fd);
    }
    if (later > 0) this.#deliverLate(later);
    gather.leave();
    drainMicrotasks();
    return runtimeHasWork;
  }
}

let shared: NativeLoop | null | undefined;

/** The thread's loop, or null where the system doesn't let us have one (then Bun's sockets serve). */
export function nativeLoop(): NativeLoop | null {
  if (shared !== undefined) return shared;
  shared = null;
  try {
    const epoll = process.platform === "linux" ? runtimeEpoll() : null;
    if (epoll !== null) shared = new NativeLoop(epoll);
  } catch {
    // No FFI, no /proc: the slower transport does the same.
  }
  return shared;
}

/** Finds the runtime's epoll descriptor of this thread: the one that watches a socket made here. */
function runtimeEpoll(): number | null {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  try {
    const { fd } = probe as unknown as { fd?: number };
    return watcherOf(fd);
  } finally {
    probe.stop(true);
  }
}

function watcherOf(fd: number | undefined): number | null {
  if (fd === undefined || fd < 0) return null;
  for (const name of readdirSync("/proc/self/fd")) {
    let link = "";
    try {
      link = readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      continue;
    }
    if (link !== "anon_inode:[eventpoll]") continue;
    const info = readFileSync(`/proc/self/fdinfo/${name}`, "latin1");
    for (const line of info.split("\n")) {
      if (line.startsWith("tfd:") && Number.parseInt(line.slice(4), 10) === fd) return Number(name);
    }
  }
  return null;
}
