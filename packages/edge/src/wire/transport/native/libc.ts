import { dlopen, ptr, read } from "bun:ffi";

/** The few calls of Linux's C library that carry connections; see docs/adr/0002-a-transport-of-our-own.md. */
function open() {
  return dlopen("libc.so.6", {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    bind: { args: ["i32", "ptr", "i32"], returns: "i32" },
    listen: { args: ["i32", "i32"], returns: "i32" },
    accept4: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
    connect: { args: ["i32", "ptr", "i32"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "i32"], returns: "i32" },
    getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
    getsockname: { args: ["i32", "ptr", "ptr"], returns: "i32" },
    recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
    send: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
    shutdown: { args: ["i32", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
    epoll_create1: { args: ["i32"], returns: "i32" },
    epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
    epoll_wait: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
    memfd_create: { args: ["ptr", "u32"], returns: "i32" },
    fallocate: { args: ["i32", "i32", "i64", "i64"], returns: "i32" },
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "ptr" },
    munmap: { args: ["ptr", "u64"], returns: "i32" },
    sendfile: { args: ["i32", "i32", "ptr", "u64"], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
  }).symbols;
}

let symbols: ReturnType<typeof open> | null = null;

/** Loaded once a thread; throws where the system has no such library. */
export function libc(): ReturnType<typeof open> {
  symbols ??= open();
  return symbols;
}

let errnoAt: ReturnType<ReturnType<typeof open>["__errno_location"]> = null;

/** Error number of the last failed call of this thread. */
export function errno(): number {
  errnoAt ??= libc().__errno_location();
  return errnoAt === null ? 0 : read.i32(errnoAt, 0);
}

export const EAGAIN = 11;
export const EINTR = 4;
export const EINPROGRESS = 115;

/** `enter` reads errno's address, so that the first failure does not have to. */
export function prepareErrno(): void {
  errno();
}

const NAMES: Record<number, string> = {
  13: "EACCES",
  24: "EMFILE",
  32: "EPIPE",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
  101: "ENETUNREACH",
  104: "ECONNRESET",
  110: "ETIMEDOUT",
  111: "ECONNREFUSED",
  113: "EHOSTUNREACH",
};

const errors = new Map<string, Error>();

/**
 * A failed call as an Error with Node's `code`. One for each kind: who breaks off connections by the
 * thousand is not worth a stack trace each, and the trace would lead no further than here.
 */
export function systemError(call: string, number: number): Error {
  const code = NAMES[number] ?? `E${number}`;
  const text = `${call}: ${code}`;
  let error = errors.get(text);
  if (error === undefined) {
    error = Object.assign(new Error(text), { code, syscall: call, errno: number });
    errors.set(text, error);
  }
  return error;
}

const value = new Int32Array(1);

/** Sets an option of a socket to a number. */
export function setOption(fd: number, level: number, option: number, to: number): void {
  value[0] = to;
  // Not a pointer taken once: nothing would keep the number alive behind it.
  libc().setsockopt(fd, level, option, ptr(value), 4);
}

/** Sets an option of a socket to 1. */
export function switchOn(fd: number, level: number, option: number): void {
  setOption(fd, level, option, 1);
}
