import { ptr } from "bun:ffi";
import type { Conn, ConnHandler } from "#wire/conn.ts";
import { NativeConn } from "#wire/transport/native/conn.ts";
import { EINPROGRESS, errno, libc, switchOn, systemError } from "#wire/transport/native/libc.ts";
import { EPOLLOUT, type NativeLoop, type Pollable } from "#wire/transport/native/loop.ts";
import { encodeSockaddr } from "#wire/transport/native/sockaddr.ts";

const SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;

/** One attempt to connect. */
class Attempt implements Pollable {
  readonly #fd: number;
  readonly #loop: NativeLoop;
  readonly #remote: { address: string; port: number };
  readonly #opened: (conn: Conn) => ConnHandler;
  readonly #failed: (error: Error) => void;
  #over = false;

  constructor(
    fd: number,
    remote: { address: string; port: number },
    loop: NativeLoop,
    opened: (conn: Conn) => ConnHandler,
    failed: (error: Error) => void,
  ) {
    this.#fd = fd;
    this.#loop = loop;
    this.#remote = remote;
    this.#opened = opened;
    this.#failed = failed;
    loop.add(fd, EPOLLOUT, this);
  }

  onEvents(): void {
    if (this.#over) return;
    this.#over = true;
    this.#loop.remove(this.#fd);
    const value = new Int32Array(1);
    const length = new Int32Array([4]);
    libc().getsockopt(this.#fd, SOL_SOCKET, SO_ERROR, ptr(value), ptr(length));
    if (value[0] !== 0) {
      libc().close(this.#fd);
      this.#failed(systemError("connect", value[0] as number));
      return;
    }
    const conn = new NativeConn(this.#fd, this.#remote, this.#loop);
    conn.register();
    try {
      conn.handler = this.#opened(conn);
      conn.flush();
    } catch (error) {
      conn.failed(error);
    }
  }

  failed(error: unknown): void {
    this.cancel();
    this.#failed(error instanceof Error ? error : new Error(String(error)));
  }

  cancel(): void {
    if (this.#over) return;
    this.#over = true;
    this.#loop.remove(this.#fd);
    libc().close(this.#fd);
  }
}

/** Connects to an address (never a name). Null where `address` is none: the caller's other transport. */
export function nativeDial(
  address: string,
  port: number,
  loop: NativeLoop,
  opened: (conn: Conn) => ConnHandler,
  failed: (error: Error) => void,
): { cancel(): void } | null {
  const name = encodeSockaddr(address, port);
  if (name === null) return null;
  const c = libc();
  const fd = c.socket(name.v6 ? 10 : 2, SOCK_STREAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) return refused(failed, "socket");
  switchOn(fd, IPPROTO_TCP, TCP_NODELAY);
  if (c.connect(fd, ptr(name.bytes), name.bytes.length) < 0 && errno() !== EINPROGRESS) {
    const answer = refused(failed, "connect");
    c.close(fd);
    return answer;
  }
  return new Attempt(fd, { address, port }, loop, opened, failed);
}

/** A failure at once is told like one that took its time: not from inside the call. */
function refused(failed: (error: Error) => void, call: string): { cancel(): void } {
  const error = systemError(call, errno());
  let cancelled = false;
  queueMicrotask(() => {
    if (!cancelled) failed(error);
  });
  return {
    cancel() {
      cancelled = true;
    },
  };
}
