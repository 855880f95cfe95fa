import type { Conn, ConnHandler, Endpoint, HeadText, TlsFacts } from "@egide/edge/wire/conn.ts";
import { headText } from "#head-text.ts";

const nobody: ConnHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/**
 * A connection in memory whose other end is the test: `receive`, `finish` and `lose` are what the peer
 * does, `sent` is what it got. Chunks are overwritten once the handler has had them, as real ones are.
 */
export class FakeConn implements Conn {
  handler: ConnHandler = nobody;
  readonly remote: Endpoint = { address: "192.0.2.1", port: 80 };
  readonly local: Endpoint = { address: "192.0.2.2", port: 40_000 };
  tls: TlsFacts | null = null;
  pending = 0;
  sent = 0;
  isKeptAlive = false;
  /** Everything written so far, one char a byte. */
  text = "";
  /** The peer takes nothing more: writes answer false until `drain`. */
  isFull = false;
  isPaused = false;
  /** We sent FIN. */
  isEnded = false;
  isAborted = false;
  isClosed = false;
  #held: Buffer[] = [];
  #wantsDrain = false;

  get delivered(): number {
    return this.sent;
  }

  keepAlive(): void {
    this.isKeptAlive = true;
  }

  readonly relayed = 0;

  relayTo(): void {}

  /** Takes what was written since the last time. */
  take(): string {
    const { text } = this;
    this.text = "";
    return text;
  }

  write(bytes: Uint8Array): boolean {
    return this.writeLatin1(Buffer.from(bytes).toString("latin1"));
  }

  writeLatin1(text: string): boolean {
    if (this.isEnded || this.isClosed) return true;
    this.text += text;
    if (this.isFull) {
      this.pending += text.length;
      this.#wantsDrain = true;
      return false;
    }
    this.sent += text.length;
    return true;
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

  /** Held bytes follow with the next thing that the peer does, or with `pump`. */
  resume(): void {
    this.isPaused = false;
  }

  end(): void {
    this.isEnded = true;
  }

  abort(): void {
    if (this.isClosed) return;
    this.isAborted = true;
    this.#close(null);
  }

  receive(data: string | Uint8Array): void {
    this.#held.push(typeof data === "string" ? Buffer.from(data, "latin1") : Buffer.from(data));
    this.pump();
  }

  pump(): void {
    while (!this.isPaused && !this.isClosed) {
      const chunk = this.#held.shift();
      if (chunk === undefined) return;
      this.handler.onData(chunk);
      chunk.fill(0xff);
    }
  }

  drain(): void {
    this.isFull = false;
    this.sent += this.pending;
    this.pending = 0;
    if (!this.#wantsDrain || this.isClosed) return;
    this.#wantsDrain = false;
    this.handler.onDrain();
  }

  /** The peer's FIN. */
  finish(): void {
    this.pump();
    if (!this.isClosed) this.handler.onEnd();
  }

  /** The connection is gone, with an error where it was reset. */
  lose(error: Error | null = new Error("ECONNRESET")): void {
    this.pump();
    if (!this.isClosed) this.#close(error);
  }

  #close(error: Error | null): void {
    this.isClosed = true;
    this.#held = [];
    const { handler } = this;
    this.handler = nobody;
    handler.onClose(error);
  }
}
