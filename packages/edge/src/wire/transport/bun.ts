import type { Socket, SocketHandler, TCPSocketListener, TLSOptions } from "bun";
import type { Conn, ConnHandler, Endpoint, TlsFacts } from "#wire/conn.ts";
import { BaseConn } from "#wire/transport/base.ts";
import { release } from "#wire/transport/release.ts";

/** A connection on one of Bun's sockets, plain or TLS. Created before the socket is open. */
export class BunConn extends BaseConn {
  #socket: Socket<BunConn> | null = null;
  #remote: Endpoint | null = null;
  #local: Endpoint | null = null;
  #isShut = false;

  get remote(): Endpoint {
    this.#remote ??= {
      address: this.#socket?.remoteAddress ?? "",
      port: (this.#socket as { remotePort?: number } | null)?.remotePort ?? 0,
    };
    return this.#remote;
  }

  get local(): Endpoint {
    this.#local ??= {
      address: (this.#socket as { localAddress?: string } | null)?.localAddress ?? "",
      port: this.#socket?.localPort ?? 0,
    };
    return this.#local;
  }

  /** The socket underneath, for TLS upgrades and facts; null before it opens. */
  get socket(): Socket<BunConn> | null {
    return this.#socket;
  }

  /** What a PROXY header or a TLS handshake says overrides what the kernel says. */
  known(facts: { remote?: Endpoint; local?: Endpoint; tls?: TlsFacts }): void {
    if (facts.remote !== undefined) this.#remote = facts.remote;
    if (facts.local !== undefined) this.#local = facts.local;
    if (facts.tls !== undefined) this.tls = facts.tls;
  }

  protected push(bytes: Buffer, from: number, to: number): number {
    return this.#socket?.write(bytes, from, to - from) ?? 0;
  }

  protected get descriptor(): number | undefined {
    return (this.#socket as { fd?: number } | null)?.fd;
  }

  protected shut(): void {
    this.#isShut = true;
    this.#socket?.shutdown();
  }

  protected kill(): void {
    // Behind our FIN nothing is left to break off: what the kernel holds still reaches a slow peer.
    if (this.#isShut) (this.#socket as unknown as { close(): void } | null)?.close();
    else this.#socket?.terminate();
  }

  protected halt(): void {
    (this.#socket as unknown as { pause(): void } | null)?.pause();
  }

  protected go(): void {
    (this.#socket as unknown as { resume(): void } | null)?.resume();
  }

  /** @internal Called by the socket handlers below. */
  attach(socket: Socket<BunConn>): void {
    this.#socket = socket;
  }

  static readonly handlers = {
    data(socket: Socket<BunConn>, chunk: Buffer): void {
      socket.data.received(chunk);
      // It was only lent to whoever handled it.
      release(chunk);
    },
    drain(socket: Socket<BunConn>): void {
      socket.data?.writable();
    },
    end(socket: Socket<BunConn>): void {
      socket.data?.peerEnded();
    },
    close(socket: Socket<BunConn>, error?: Error): void {
      socket.data?.closed(error ?? null);
    },
    error(socket: Socket<BunConn>, error: Error): void {
      socket.data?.failed(error);
    },
  };

  /** An exception in a handler: this connection is lost, the thread is not. */
  failed(error: Error): void {
    this.abort();
    this.closed(error);
  }
}

export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
  /** A connection is open; set its handler. */
  readonly onConn: (conn: BunConn) => void;
}

/** Listens for plain connections. */
export function listenPlain(options: ListenOptions): TCPSocketListener<BunConn> {
  const listen = {
    hostname: options.hostname,
    port: options.port,
    reusePort: options.reusePort,
    allowHalfOpen: true,
    socket: {
      ...BunConn.handlers,
      open(socket: Socket<BunConn>) {
        const conn = new BunConn();
        conn.attach(socket);
        socket.data = conn;
        socket.setNoDelay(true);
        options.onConn(conn);
      },
    },
  };
  return Bun.listen<BunConn>(listen);
}

export type DialTarget =
  | { readonly hostname: string; readonly port: number }
  | { readonly unix: string };

/** TLS towards a server. */
export interface ClientTls {
  readonly options: TLSOptions;
  /** May a handshake that ended with this problem be gone on with? */
  readonly tolerates: (problem: Error) => boolean;
}

/**
 * Opens a connection to an origin. Exactly one of `opened` and `failed` is called; the timer for a
 * connection that takes too long is the caller's (`cancel`), since Bun has none.
 */
export function dial(
  target: DialTarget,
  tls: ClientTls | null,
  opened: (conn: Conn) => ConnHandler,
  failed: (error: Error) => void,
): { cancel(): void } {
  const conn = new BunConn();
  let settled = false;
  const fail = (error: Error): void => {
    if (settled) return;
    settled = true;
    failed(error);
  };
  const open = (socket: Socket<BunConn>): void => {
    if (settled) {
      socket.terminate();
      return;
    }
    settled = true;
    socket.setNoDelay(true);
    conn.handler = opened(conn);
  };
  const socket: SocketHandler<BunConn> = {
    ...BunConn.handlers,
    open(socket) {
      conn.attach(socket);
      if (tls === null) open(socket);
    },
    handshake(socket, authorized, reason) {
      if (tls === null) return;
      // Bun also tells of problems that the options let pass: the last word is the caller's.
      const isTrusted =
        reason === null || reason === undefined ? authorized : tls.tolerates(reason);
      if (isTrusted) {
        conn.known({ tls: clientFacts(socket, tls) });
        open(socket);
        return;
      }
      fail(reason ?? new Error("the certificate is not trusted"));
      socket.terminate();
    },
    close(socket, error) {
      fail(error ?? new Error("closed before it was open"));
      BunConn.handlers.close(socket, error);
    },
    connectError(_socket, error) {
      fail(error);
    },
  };
  const shared = {
    data: conn,
    allowHalfOpen: true,
    socket,
    ...(tls === null ? {} : { tls: tls.options }),
  };
  const connecting =
    "unix" in target
      ? Bun.connect<BunConn>({ ...shared, unix: target.unix })
      : Bun.connect<BunConn>({ ...shared, hostname: target.hostname, port: target.port });
  connecting.catch(fail);
  return {
    cancel() {
      settled = true;
      conn.abort();
    },
  };
}

function clientFacts(socket: Socket<BunConn>, tls: ClientTls): TlsFacts {
  const { alpnProtocol } = socket;
  return {
    version: socket.getTLSVersion(),
    cipher: (socket.getCipher() as { name?: string } | undefined)?.name ?? "",
    serverName: tls.options.serverName ?? "",
    alpn: typeof alpnProtocol === "string" ? alpnProtocol : "",
    ja4: "",
  };
}
