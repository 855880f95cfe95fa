import type { Socket, SocketHandler } from "bun";
import type { Served } from "#accept/tls/certificates.ts";
import type { Greeting } from "#accept/tls/greeting.ts";
import { BunConn } from "#wire/transport/bun.ts";

/** ALPN in order of preference (RFC 7301): HTTP/2, then HTTP/1.1. */
const PROTOCOLS = Buffer.from("\x02h2\x08http/1.1", "latin1");

/** A connection whose handshake is under way; `greeting` hears how it ends. */
export class TlsConn extends BunConn {
  greeting: Greeting | null;

  constructor(greeting: Greeting) {
    super();
    this.greeting = greeting;
  }
}

/** The part of Bun's `upgradeTLS` that its types leave out, as its own node:tls uses it. */
interface ServerUpgrade {
  readonly isServer: true;
  readonly data: TlsConn;
  /** What was already read of the connection. */
  readonly initialData: Buffer;
  readonly tls: {
    /** A parsed context, so that no PEM is read for a connection. */
    readonly secureContext: object;
    readonly ALPNProtocols: Buffer;
    readonly requestCert?: boolean;
    readonly rejectUnauthorized?: boolean;
  };
  readonly socket: SocketHandler<TlsConn>;
}

interface Upgradable {
  upgradeTLS(options: ServerUpgrade): [raw: Socket<unknown>, secured: Socket<BunConn>];
}

/** Lets TLS take over a socket from which the first flight was read; answers the half below it. */
export function upgradeToTls(
  raw: Socket<unknown>,
  conn: TlsConn,
  { context, entry }: Served,
  firstFlight: Buffer,
): Socket<unknown> {
  const tls = { secureContext: context, ALPNProtocols: PROTOCOLS };
  const options: ServerUpgrade = {
    isServer: true,
    data: conn,
    initialData: firstFlight,
    tls:
      entry.clients === null
        ? tls
        : { ...tls, requestCert: true, rejectUnauthorized: entry.clients.require },
    socket: handlers,
  };
  const [below, secured] = (raw as unknown as Upgradable).upgradeTLS(options);
  conn.attach(secured);
  return below;
}

const handlers: SocketHandler<TlsConn> = {
  data(socket, chunk) {
    BunConn.handlers.data(socket as Socket<unknown> as Socket<BunConn>, chunk);
  },
  drain(socket) {
    BunConn.handlers.drain(socket as Socket<unknown> as Socket<BunConn>);
  },
  handshake(socket, ok) {
    const { greeting } = socket.data;
    socket.data.greeting = null;
    socket.data.attach(socket as Socket<unknown> as Socket<BunConn>);
    if (ok) greeting?.secured(socket.data, socket);
    else greeting?.failed("tls.handshake_failed");
  },
  end(socket) {
    BunConn.handlers.end(socket as Socket<unknown> as Socket<BunConn>);
  },
  close(socket, error) {
    socket.data.greeting?.failed("tls.closed_early");
    BunConn.handlers.close(socket as Socket<unknown> as Socket<BunConn>, error);
  },
  error(socket, error) {
    socket.data.greeting?.failed("tls.handshake_failed");
    BunConn.handlers.error(socket as Socket<unknown> as Socket<BunConn>, error);
  },
};
