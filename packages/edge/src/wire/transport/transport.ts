import type { Conn, ConnHandler } from "#wire/conn.ts";
import type { BaseConn } from "#wire/transport/base.ts";
import {
  type ClientTls,
  type DialTarget,
  dial as bunDial,
  listenPlain,
} from "#wire/transport/bun.ts";
import { nativeDial } from "#wire/transport/native/dial.ts";
import { NativeListener } from "#wire/transport/native/listen.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";

export type { ClientTls } from "#wire/transport/bun.ts";

export interface ListenOptions {
  /** An address; `::` takes both families. */
  readonly hostname: string;
  readonly port: number;
  readonly backlog: number;
  readonly reusePort: boolean;
  /** A connection is open; set its handler. */
  readonly onConn: (conn: BaseConn) => void;
}

export interface Listening {
  readonly port: number;
  /** No new connections; open ones live on. */
  stop(): void;
}

/** Listens for plain connections, natively where the system lets us. */
export function listen(options: ListenOptions): Listening {
  const loop = nativeLoop();
  if (loop !== null) return new NativeListener(options, loop);
  const listener = listenPlain(options);
  return { port: listener.port, stop: () => listener.stop() };
}

/**
 * Opens a connection to an origin. Exactly one of `opened` and `failed` is called, later; the timer
 * for a connection that takes too long is the caller's, who cancels. Plain connections to addresses
 * are native; names, unix sockets and TLS go through the runtime.
 */
export function dial(
  target: DialTarget,
  tls: ClientTls | null,
  opened: (conn: Conn) => ConnHandler,
  failed: (error: Error) => void,
): { cancel(): void } {
  const loop = tls === null && "port" in target ? nativeLoop() : null;
  const native =
    loop !== null && "port" in target
      ? nativeDial(target.hostname, target.port, loop, opened, failed)
      : null;
  return native ?? bunDial(target, tls, opened, failed);
}
