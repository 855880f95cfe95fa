import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

export interface RawTarget {
  readonly port: number;
  readonly host?: string;
  readonly tls?: {
    readonly servername: string;
    readonly ca: string;
    readonly alpn: readonly string[];
  };
}

interface Waiter {
  readonly look: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a wait that ran out of time throws; the bytes so far are in the message. */
export class WaitTimeout extends Error {}

/** A connection that sends exactly the bytes it is given and keeps every byte that comes back. */
export class RawClient {
  /** True once the peer has sent its FIN or the connection broke. */
  ended = false;
  /** True where the connection was broken off (RST) rather than ended. */
  broken = false;
  readonly #socket: Socket | TLSSocket;
  #chunks: Buffer[] = [];
  #joined: Buffer = Buffer.alloc(0);
  readonly #waiters = new Set<Waiter>();

  private constructor(socket: Socket | TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on("end", () => this.#finish(false));
    socket.on("close", () => this.#finish(false));
    socket.on("error", () => this.#finish(true));
  }

  static connect(target: RawTarget, timeoutMs = 5000): Promise<RawClient> {
    const host = target.host ?? "127.0.0.1";
    return new Promise((resolve, reject) => {
      const socket =
        target.tls === undefined
          ? connectPlain({ host, port: target.port, allowHalfOpen: true, noDelay: true })
          : connectTls({
              host,
              port: target.port,
              servername: target.tls.servername,
              ca: target.tls.ca,
              ALPNProtocols: [...target.tls.alpn],
            });
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new WaitTimeout(`no connection to port ${target.port} in ${timeoutMs} ms`));
      }, timeoutMs);
      socket.once(target.tls === undefined ? "connect" : "secureConnect", () => {
        clearTimeout(timer);
        resolve(new RawClient(socket));
      });
      socket.once("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  /** Protocol that ALPN settled on; null on plain connections. */
  get alpn(): string | null {
    const chosen = (this.#socket as TLSSocket).alpnProtocol;
    return typeof chosen === "string" ? chosen : null;
  }

  /** All bytes received so far. */
  get received(): Buffer {
    if (this.#chunks.length > 0) {
      this.#joined = Buffer.concat([this.#joined, ...this.#chunks]);
      this.#chunks = [];
    }
    return this.#joined;
  }

  /** Sends text one char a byte, or bytes. After the peer is gone this does nothing. */
  send(data: string | Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(typeof data === "string" ? Buffer.from(data, "latin1") : data);
  }

  /** Sends FIN; reading goes on. */
  end(): void {
    this.#socket.end();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Waits until `look` finds something in what was received. It is asked again at every event. */
  async until<T>(look: (received: Buffer) => T | undefined, timeoutMs = 5000): Promise<T> {
    let found = look(this.received);
    if (found !== undefined) return found;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        look: () => {
          found = look(this.received);
          return found !== undefined;
        },
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const text = this.received.toString("latin1").slice(0, 400);
        reject(new WaitTimeout(`waited ${timeoutMs} ms; received ${JSON.stringify(text)}`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
    return found as T;
  }

  /** Waits for the peer's FIN or RST. */
  async untilEnd(timeoutMs = 5000): Promise<void> {
    await this.until(() => (this.ended ? true : undefined), timeoutMs);
  }

  #finish(broken: boolean): void {
    this.ended = true;
    this.broken ||= broken;
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      try {
        if (!waiter.look()) continue;
        this.#waiters.delete(waiter);
        waiter.resolve();
      } catch (error) {
        // Whoever looks may find that what came is wrong.
        this.#waiters.delete(waiter);
        waiter.reject(error);
      }
    }
  }
}
