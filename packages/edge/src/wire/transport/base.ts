import type { Conn, ConnHandler, Endpoint, HeadText, TlsFacts } from "#wire/conn.ts";
import { fieldBytes, putFields, writeLatin1 } from "#wire/latin1.ts";
import { gather } from "#wire/transport/gather.ts";
import { fileBelow } from "#wire/transport/native/pages.ts";
import { release } from "#wire/transport/release.ts";
import { bytesAcked, keepAlive } from "#wire/transport/native/tcp.ts";

/** A handler for connections that nobody speaks on yet: everything is ignored. */
export const deaf: ConnHandler = {
  onData: () => {},
  onDrain: () => {},
  onEnd: () => {},
  onClose: () => {},
};

interface Piece {
  bytes: Buffer;
  at: number;
  /** A copy of ours, to be given back once it has left. */
  isOwn: boolean;
}

/**
 * What all transports share: gathering of writes, a queue for what the kernel does not take, orderly
 * ends. A transport says how bytes are sent and how the socket is shut, and calls `received`,
 * `writable`, `peerEnded` and `closed`.
 */
export abstract class BaseConn implements Conn {
  handler: ConnHandler = deaf;
  abstract readonly remote: Endpoint;
  abstract readonly local: Endpoint;
  tls: TlsFacts | null = null;
  /** Bytes the kernel has taken so far. */
  sent = 0;
  #queue: Piece[] | null = null;
  #pending = 0;
  #wantsDrain = false;
  #ending = false;
  #closed = false;

  /** What a PROXY header says overrides what the kernel says. */
  abstract known(facts: { remote: Endpoint; local: Endpoint }): void;

  /**
   * Hands bytes to the kernel; answers how many it took (0 when it takes none now). `goesOn`: more follows
   * at once, so that a small packet need not leave.
   */
  protected abstract push(bytes: Buffer, from: number, to: number, goesOn: boolean): number;
  /** Sends FIN; reading goes on. */
  protected abstract shut(): void;
  protected abstract kill(): void;
  /** The socket's, or undefined where there is none (any more). */
  protected abstract get descriptor(): number | undefined;
  protected abstract halt(): void;
  protected abstract go(): void;

  get pending(): number {
    return this.#pending;
  }

  get delivered(): number {
    const acked = this.#closed ? -1 : bytesAcked(this.descriptor);
    return acked < 0 ? this.sent : acked;
  }

  keepAlive(): void {
    if (!this.#closed) keepAlive(this.descriptor);
  }

  get relayed(): number {
    return 0;
  }

  relayTo(_to: Conn): void {}

  /** Nothing stands before what is written now, and it will be sent. */
  protected get isClear(): boolean {
    return this.#queue === null && !this.#ending && !this.#closed;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ending || this.#closed) return true;
    if (this.#queue !== null) return this.#later(bytes, 0, bytes.length);
    const room = gather.reserve(this, bytes.length);
    if (room === null) {
      this.sendNow(bytes as Buffer, 0, bytes.length);
    } else {
      room.set(bytes, gather.used);
      gather.took(bytes.length);
    }
    return this.#verdict();
  }

  writeLatin1(text: string): boolean {
    if (this.#ending || this.#closed) return true;
    if (this.#queue === null) {
      const room = gather.reserve(this, text.length);
      if (room !== null) {
        writeLatin1(room, text, gather.used);
        gather.took(text.length);
        return this.#verdict();
      }
    }
    return this.write(Buffer.from(text, "latin1"));
  }

  writeHead(head: HeadText, fields: readonly string[]): number {
    if (this.#ending || this.#closed) return 0;
    const most = head.most + fieldBytes(fields);
    const room = this.#queue === null ? gather.reserve(this, most) : null;
    if (room === null) {
      const own = Buffer.allocUnsafe(most);
      const bytes = putHead(own, 0, head, fields);
      this.write(own.subarray(0, bytes));
      return bytes;
    }
    const from = gather.used;
    const bytes = putHead(room, from, head, fields) - from;
    gather.took(bytes);
    return bytes;
  }

  flush(): void {
    gather.flushOf(this);
  }

  pause(): void {
    if (!this.#closed) this.halt();
  }

  resume(): void {
    if (!this.#closed) this.go();
  }

  end(): void {
    if (this.#ending || this.#closed) return;
    gather.flushOf(this);
    this.#ending = true;
    if (this.#pending === 0) this.shut();
  }

  abort(): void {
    if (this.#closed) return;
    gather.drop(this);
    this.#queue = null;
    this.#pending = 0;
    this.kill();
  }

  /** For the gather buffer and large writes: sends now, queues what the kernel leaves. */
  sendNow(bytes: Buffer, from: number, to: number, goesOn = false): void {
    if (this.#closed) return;
    if (this.#queue !== null) {
      this.#later(bytes, from, to);
      return;
    }
    const taken = Math.max(0, this.push(bytes, from, to, goesOn));
    this.sent += taken;
    if (from + taken < to && !this.#closed) this.#later(bytes, from + taken, to);
  }

  protected received(chunk: Uint8Array): void {
    gather.enter();
    try {
      this.handler.onData(chunk);
    } finally {
      gather.leave();
    }
  }

  protected writable(): void {
    gather.enter();
    try {
      this.#sendQueue();
      if (this.#pending > 0 || this.#closed) return;
      if (this.#ending) this.shut();
      else if (this.#wantsDrain) {
        this.#wantsDrain = false;
        this.handler.onDrain();
      }
    } finally {
      gather.leave();
    }
  }

  protected peerEnded(): void {
    gather.enter();
    try {
      this.handler.onEnd();
    } finally {
      gather.leave();
    }
  }

  protected closed(error: Error | null): void {
    if (this.#closed) return;
    gather.drop(this);
    this.#closed = true;
    this.#queue = null;
    this.#pending = 0;
    gather.enter();
    try {
      this.handler.onClose(error);
    } finally {
      this.handler = deaf;
      gather.leave();
    }
  }

  #verdict(): boolean {
    if (this.#pending === 0) return true;
    this.#wantsDrain = true;
    return false;
  }

  #later(bytes: Uint8Array, from: number, to: number): boolean {
    this.#queue ??= [];
    this.#pending += to - from;
    this.#wantsDrain = true;
    if (fileBelow(bytes) >= 0) {
      // It stays as it is.
      this.#queue.push({ bytes: bytes.subarray(0, to) as Buffer, at: from, isOwn: false });
      return false;
    }
    // Without the pool, which would keep 8 KB alive for a few bytes.
    const copy = Buffer.allocUnsafeSlow(to - from);
    copy.set(bytes.subarray(from, to));
    this.#queue.push({ bytes: copy, at: 0, isOwn: true });
    return false;
  }

  #sendQueue(): void {
    const queue = this.#queue;
    if (queue === null) return;
    let done = 0;
    for (const piece of queue) {
      const taken = Math.max(0, this.push(piece.bytes, piece.at, piece.bytes.length, false));
      this.sent += taken;
      this.#pending -= taken;
      piece.at += taken;
      if (piece.at < piece.bytes.length || this.#closed) break;
      if (piece.isOwn) release(piece.bytes);
      done++;
    }
    if (done === queue.length) this.#queue = null;
    else queue.splice(0, done);
  }
}

function putHead(into: Buffer, at: number, head: HeadText, fields: readonly string[]): number {
  return head.after(into, putFields(into, fields, head.before(into, at)));
}
