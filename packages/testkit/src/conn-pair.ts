import type { Conn, ConnHandler, Endpoint, HeadText, TlsFacts } from "@egide/edge/wire/conn.ts";
import { headText } from "#head-text.ts";

const deaf: ConnHandler = {
  onData: () => {},
  onDrain: () => {},
  onEnd: () => {},
  onClose: () => {},
};

/** One end of a connection in memory: moves only when its pair is told to. */
export class PairConn implements Conn {
  handler: ConnHandler = deaf;
  readonly remote: Endpoint = { address: "192.0.2.1", port: 1024 };
  readonly local: Endpoint = { address: "192.0.2.2", port: 443 };
  readonly tls: TlsFacts | null = null;
  sent = 0;
  isPaused = false;
  isClosed = false;
  /** Calls of `write`: what a transport would have to gather. */
  writes = 0;
  readonly #capacity: number;
  #outbox: Buffer[] = [];
  #outboxLength = 0;
  #wantsDrain = false;
  #ending = false;
  #endTold = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** What the "kernel" has not taken: all beyond its capacity. */
  get pending(): number {
    return Math.max(0, this.#outboxLength - this.#capacity);
  }

  /** Bytes written that the other end has not seen. */
  get queued(): number {
    return this.#outboxLength;
  }

  get delivered(): number {
    return this.sent;
  }

  keepAlive(): void {}

  readonly relayed = 0;

  relayTo(): void {}

  write(bytes: Uint8Array): boolean {
    if (this.#ending || this.isClosed) return true;
    this.writes++;
    this.#outbox.push(Buffer.from(bytes));
    this.#outboxLength += bytes.length;
    if (this.pending === 0) {
      this.sent += bytes.length;
      return true;
    }
    this.#wantsDrain = true;
    return false;
  }

  writeLatin1(text: string): boolean {
    return this.write(Buffer.from(text, "latin1"));
  }

  writeHead(head: HeadText, fields: readonly string[]): number {
    const text = headText(head, fields);
    this.writeLatin1(text);
    return text.length;
  }

  flush(): void {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.#ending = true;
  }

  abort(): void {
    this.isClosed = true;
    this.#outbox = [];
    this.#outboxLength = 0;
  }

  /** Takes up to `octets` of what was written. */
  take(octets: number): Buffer {
    const all = Buffer.concat(this.#outbox);
    const taken = all.subarray(0, octets);
    const rest = all.subarray(taken.length);
    this.#outbox = rest.length === 0 ? [] : [rest];
    this.#outboxLength = rest.length;
    return taken;
  }

  /** Hands `chunk` to the handler as borrowed bytes, which are spoiled afterwards. */
  hear(chunk: Uint8Array): void {
    const borrowed = Buffer.from(chunk);
    this.handler.onData(borrowed);
    borrowed.fill(0xee);
  }

  /** Tells of room again; true where somebody waited for it. */
  drain(): boolean {
    if (!this.#wantsDrain || this.pending > 0 || this.isClosed) return false;
    this.#wantsDrain = false;
    this.handler.onDrain();
    return true;
  }

  /** True once, after the last byte before an orderly end was taken. */
  takeEnd(): boolean {
    if (!this.#ending || this.#endTold || this.#outboxLength > 0) return false;
    this.#endTold = true;
    return true;
  }

  /** The connection is gone. */
  close(error: Error | null): void {
    this.isClosed = true;
    const { handler } = this;
    this.handler = deaf;
    handler.onClose(error);
  }
}

export interface PairOptions {
  /** Bytes each direction holds before `pending` grows. */
  readonly capacity?: number;
  /** Bytes a read brings at most. */
  readonly chunk?: number;
}

/** Two ends of one connection. */
export class ConnPair {
  readonly a: PairConn;
  readonly b: PairConn;
  readonly #chunk: number;

  constructor(options: PairOptions = {}) {
    const capacity = options.capacity ?? 65_536;
    this.#chunk = options.chunk ?? 65_536;
    this.a = new PairConn(capacity);
    this.b = new PairConn(capacity);
  }

  /** Moves bytes both ways until nothing moves any more. Microtasks are let run in between. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      // Output that was put off to the end of the turn comes out here.
      // oxlint-disable-next-line no-await-in-loop
      await Promise.resolve();
      quiet = this.step() ? 0 : quiet + 1;
    }
  }

  /** One move in each direction; false where there was none. */
  step(): boolean {
    const one = this.#move(this.a, this.b);
    return this.#move(this.b, this.a) || one;
  }

  #move(from: PairConn, to: PairConn): boolean {
    let moved = false;
    if (from.isClosed !== to.isClosed) {
      (from.isClosed ? to : from).close(new Error("reset by peer"));
      return true;
    }
    if (!to.isPaused && from.queued > 0) {
      to.hear(from.take(this.#chunk));
      moved = true;
    }
    if (from.takeEnd()) {
      to.handler.onEnd();
      moved = true;
    }
    return from.drain() || moved;
  }
}
