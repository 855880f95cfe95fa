import { ptr } from "bun:ffi";
import type { Conn, Endpoint } from "#wire/conn.ts";
import { BaseConn } from "#wire/transport/base.ts";
import { gather, scratch } from "#wire/transport/gather.ts";
import { EAGAIN, EINTR, errno, libc, setOption, systemError } from "#wire/transport/native/libc.ts";
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  type NativeLoop,
  type Pollable,
} from "#wire/transport/native/loop.ts";
import { fileBelow, sendFile } from "#wire/transport/native/pages.ts";
import { decodeSockaddr } from "#wire/transport/native/sockaddr.ts";

const MSG_NOSIGNAL = 0x4000;
const MSG_MORE = 0x8000;
const IPPROTO_TCP = 6;
const TCP_NOTSENT_LOWAT = 25;
/** What the kernel may hold of a file beyond its peer's window: pages that are there anyway, no copies. */
const UNSENT_FILE_BYTES = 2_097_152;
const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const READ_SIZE = 65_536;
/** What a tunnel moves at a time: no more than the write buffer takes in one piece. */
const RELAY_SIZE = 32_768;

const readBuffer = Buffer.allocUnsafeSlow(READ_SIZE);
const readAt = ptr(readBuffer);
/** Views of short reads, made once for each length: most requests and answers are short. */
const views: (Buffer | undefined)[] = Array.from({ length: 2048 }, () => undefined);

function viewOf(count: number): Buffer {
  if (count >= views.length) return readBuffer.subarray(0, count);
  return (views[count] ??= readBuffer.subarray(0, count));
}

/** The write buffer of the thread does not move: its address is looked up once. */
const scratchAt = ptr(scratch);
const UNKNOWN: Endpoint = { address: "", port: 0 };
const nameBuffer = Buffer.alloc(28);
const nameLength = new Int32Array(1);
const lingerNow = new Int32Array([1, 0]);

/** A plain connection on a descriptor of its own: no object of the runtime, no copy on reading. */
export class NativeConn extends BaseConn implements Pollable {
  #remote: Endpoint;
  #local: Endpoint | null = null;
  readonly #fd: number;
  readonly #loop: NativeLoop;
  #interest = EPOLLIN;
  /** What epoll knows; -1 before `register`. */
  #registered = -1;
  #shut = false;
  #peerDone = false;
  #gone = false;
  /** Bytes of a file were sent: the kernel may hold more of those. */
  #takesFiles = false;
  #relay: NativeConn | null = null;
  #relayed = 0;
  /** Off the epoll, which can't be asked to keep a hang-up to itself, until its reader goes on. */
  #away = false;

  isNewcomer: boolean;

  /**
   * Takes over `fd`, already connected; `register` once a handler is set. `isNewcomer`: others come first
   * until something was sent to it.
   */
  constructor(fd: number, remote: Endpoint, loop: NativeLoop, isNewcomer = false) {
    super();
    this.isNewcomer = isNewcomer;
    this.#fd = fd;
    this.#remote = remote;
    this.#loop = loop;
  }

  get remote(): Endpoint {
    return this.#remote;
  }

  get local(): Endpoint {
    if (this.#local === null) {
      // The descriptor may be another's by now.
      if (this.#gone) return UNKNOWN;
      nameLength[0] = nameBuffer.length;
      libc().getsockname(this.#fd, ptr(nameBuffer), ptr(nameLength));
      this.#local = decodeSockaddr(nameBuffer);
    }
    return this.#local;
  }

  /** What a PROXY header says overrides what the kernel says. */
  known(facts: { remote: Endpoint; local: Endpoint }): void {
    this.#remote = facts.remote;
    this.#local = facts.local;
  }

  register(): void {
    if (this.#gone) return;
    this.#registered = this.#interest;
    this.#loop.add(this.#fd, this.#interest, this);
  }

  onEvents(events: number): void {
    if ((events & EPOLLOUT) !== 0) {
      this.#want(this.#interest & ~EPOLLOUT);
      this.writable();
    }
    if (this.#gone) return;
    const isPaused = (this.#interest & EPOLLIN) === 0;
    if ((events & EPOLLIN) !== 0 && !isPaused) this.#read();
    else if (isPaused && !this.#peerDone && (events & (EPOLLERR | EPOLLHUP)) === EPOLLHUP) {
      // Both sides have sent FIN, but what came before it is not read yet.
      this.#away = true;
      this.#loop.remove(this.#fd);
    } else if ((events & (EPOLLERR | EPOLLHUP)) !== 0) this.#finish(this.#socketError());
  }

  failed(error: unknown): void {
    this.kill();
    this.closed(error instanceof Error ? error : new Error(String(error)));
  }

  protected push(bytes: Buffer, from: number, to: number, goesOn: boolean): number {
    if (this.#gone) return 0;
    const sent = this.#send(bytes, from, to, goesOn ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL);
    this.isNewcomer = false;
    if (sent === to - from) return sent;
    if (sent < 0) {
      const error = errno();
      if (error !== EAGAIN && error !== EINTR) {
        this.#doom(systemError("send", error));
        return 0;
      }
    }
    this.#want(this.#interest | EPOLLOUT);
    return Math.max(0, sent);
  }

  #send(bytes: Buffer, from: number, to: number, flags: number): number {
    if (bytes === scratch) {
      return libc().send(this.#fd, scratchAt + from, to - from, flags);
    }
    const file = fileBelow(bytes);
    if (file < 0) return libc().send(this.#fd, ptr(bytes, from), to - from, flags);
    if (!this.#takesFiles) {
      this.#takesFiles = true;
      setOption(this.#fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_FILE_BYTES);
    }
    return sendFile(this.#fd, file, bytes.byteOffset + from, to - from);
  }

  override relayTo(to: Conn): void {
    if (to instanceof NativeConn) this.#relay = to;
  }

  override get relayed(): number {
    return this.#relayed;
  }

  protected get descriptor(): number | undefined {
    return this.#gone ? undefined : this.#fd;
  }

  protected shut(): void {
    if (this.#shut || this.#gone) return;
    this.#shut = true;
    libc().shutdown(this.#fd, SHUT_WR);
    if (this.#peerDone) this.#finish(null);
  }

  protected kill(): void {
    if (this.#gone) return;
    // Behind our FIN nothing is left to break off: what the kernel holds still reaches a slow peer.
    if (!this.#shut) libc().setsockopt(this.#fd, SOL_SOCKET, SO_LINGER, ptr(lingerNow), 8);
    this.#doom(null);
  }

  protected halt(): void {
    this.#want(this.#interest & ~EPOLLIN);
  }

  protected go(): void {
    if (this.#peerDone) return;
    if (this.#away && !this.#gone) {
      this.#away = false;
      this.#interest |= EPOLLIN;
      this.register();
    } else this.#want(this.#interest | EPOLLIN);
  }

  #read(): void {
    const to = this.#relay;
    if (to !== null && to.isClear && gather.reserve(to, RELAY_SIZE) !== null) {
      const count = libc().recv(this.#fd, scratchAt + gather.used, RELAY_SIZE, 0);
      if (count > 0) {
        gather.took(count);
        this.#relayed += count;
      } else this.#readNothing(count);
      return;
    }
    const count = libc().recv(this.#fd, readAt, READ_SIZE, 0);
    if (count > 0) this.received(viewOf(count));
    else this.#readNothing(count);
  }

  #readNothing(count: number): void {
    if (count < 0) {
      const error = errno();
      if (error !== EAGAIN && error !== EINTR) this.#finish(systemError("recv", error));
      return;
    }
    this.#peerDone = true;
    this.#want(this.#interest & ~EPOLLIN);
    if (this.#shut) this.#finish(null);
    else this.peerEnded();
  }

  #want(interest: number): void {
    this.#interest = interest;
    if (this.#gone || this.#away || this.#registered < 0 || interest === this.#registered) return;
    this.#registered = interest;
    this.#loop.change(this.#fd, interest);
  }

  #socketError(): Error | null {
    const SO_ERROR = 4;
    const value = new Int32Array(1);
    const length = new Int32Array([4]);
    libc().getsockopt(this.#fd, SOL_SOCKET, SO_ERROR, ptr(value), ptr(length));
    return value[0] === 0 ? null : systemError("socket", value[0] as number);
  }

  /** Closes now, tells later: a write must not call its caller back. */
  #doom(error: Error | null): void {
    if (this.#gone) return;
    this.#release();
    queueMicrotask(() => this.closed(error));
  }

  #finish(error: Error | null): void {
    if (this.#gone) return;
    this.#release();
    this.closed(error);
  }

  #release(): void {
    this.#gone = true;
    this.#loop.forget(this.#fd);
    libc().close(this.#fd);
  }
}
