import { ptr } from "bun:ffi";
import { NativeConn } from "#wire/transport/native/conn.ts";
import { errno, libc, setOption, switchOn, systemError } from "#wire/transport/native/libc.ts";
import { EPOLLIN, type NativeLoop, type Pollable } from "#wire/transport/native/loop.ts";
import { decodeSockaddr, encodeSockaddr } from "#wire/transport/native/sockaddr.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_NOTSENT_LOWAT = 25;
/**
 * Bytes that the kernel takes for a connection beyond what its peer's window lets leave: a reader that
 * stalls holds no megabytes, and what is counted as sent is nearer to what was.
 */
const UNSENT_BYTES = 524_288;
/** Connections taken in one go, so that those already open are not kept waiting. */
const ACCEPTS = 64;
/** ENOMEM, ENFILE, EMFILE, ENOBUFS */
const EXHAUSTED = new Set([12, 23, 24, 105]);
/** Without a free descriptor the queue stays full, and epoll would say so without end: look again later. */
const REST_MS = 100;

export interface NativeListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly backlog: number;
  readonly reusePort: boolean;
  /** A connection is open; set its handler. */
  readonly onConn: (conn: NativeConn) => void;
}

/** A listening socket of this thread. */
export class NativeListener implements Pollable {
  /** What it brings is new. */
  readonly isNewcomer = true;
  readonly fd: number;
  readonly port: number;
  readonly #loop: NativeLoop;
  readonly #onConn: (conn: NativeConn) => void;
  readonly #name = Buffer.alloc(28);
  readonly #length = new Int32Array(1);
  #stopped = false;

  constructor(options: NativeListenOptions, loop: NativeLoop) {
    this.#loop = loop;
    this.#onConn = options.onConn;
    this.fd = openListener(options);
    this.#length[0] = this.#name.length;
    libc().getsockname(this.fd, ptr(this.#name), ptr(this.#length));
    this.port = decodeSockaddr(this.#name).port;
    loop.add(this.fd, EPOLLIN, this);
  }

  onEvents(): void {
    for (let i = 0; i < ACCEPTS; i++) if (!this.#accept()) return;
  }

  /** Takes what still waits in the queue, then closes: nobody who had connected is turned away. */
  stop(): void {
    if (this.#stopped) return;
    while (this.#accept());
    this.#stopped = true;
    this.#loop.remove(this.fd);
    libc().close(this.fd);
  }

  #accept(): boolean {
    if (this.#stopped) return false;
    this.#length[0] = this.#name.length;
    const fd = libc().accept4(
      this.fd,
      ptr(this.#name),
      ptr(this.#length),
      SOCK_NONBLOCK | SOCK_CLOEXEC,
    );
    if (fd < 0) {
      // EAGAIN ends the queue; ECONNABORTED and the like are the next call's business.
      if (EXHAUSTED.has(errno())) this.#rest();
      return false;
    }
    const conn = new NativeConn(fd, decodeSockaddr(this.#name), this.#loop, true);
    try {
      this.#onConn(conn);
    } catch (error) {
      conn.failed(error);
    }
    if (!conn.isClosed) conn.register();
    return true;
  }

  #rest(): void {
    this.#loop.remove(this.fd);
    setTimeout(() => {
      if (!this.#stopped) this.#loop.add(this.fd, EPOLLIN, this);
    }, REST_MS);
  }

  /** Accepting itself never throws. */
  failed(): void {}
}

function openListener(options: NativeListenOptions): number {
  const c = libc();
  const address = encodeSockaddr(
    options.hostname === "localhost" ? "127.0.0.1" : options.hostname,
    options.port,
  );
  if (address === null) throw new TypeError(`not an address to listen on: ${options.hostname}`);
  const fd = c.socket(address.v6 ? 10 : 2, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError("socket", errno());
  switchOn(fd, SOL_SOCKET, SO_REUSEADDR);
  if (options.reusePort) switchOn(fd, SOL_SOCKET, SO_REUSEPORT);
  // Both are inherited by every connection that is accepted.
  setOption(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES);
  switchOn(fd, IPPROTO_TCP, TCP_NODELAY);
  const bound = c.bind(fd, ptr(address.bytes), address.bytes.length);
  const failed = bound < 0 ? "bind" : c.listen(fd, options.backlog) < 0 ? "listen" : null;
  if (failed === null) return fd;
  const error = systemError(failed, errno());
  c.close(fd);
  throw error;
}
