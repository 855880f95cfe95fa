import type { Socket } from "bun";
import { FairQueue } from "@egide/std/fair-queue.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import type { Certificates } from "#accept/tls/certificates.ts";
import { Greeting, type GreetingOptions, type Stage } from "#accept/tls/greeting.ts";
import { HandshakeTurns } from "#accept/tls/handshake-turns.ts";
import { libc } from "#wire/transport/native/libc.ts";
import { nativeLoop } from "#wire/transport/native/loop.ts";
import { BunConn } from "#wire/transport/bun.ts";
import { release } from "#wire/transport/release.ts";

export interface TlsListenOptions extends Omit<GreetingOptions, "finished" | "pending" | "turns"> {
  readonly hostname: string;
  readonly port: number;
  readonly reusePort: boolean;
  /** Connections waiting to be accepted. */
  readonly backlog: number;
  readonly wheel: TimerWheel;
  readonly handshakeSeconds: number;
  /** True for addresses that are hung up on before a handshake costs anything. */
  readonly isBanned?: (address: string) => boolean;
  /** Handshakes under way at once; for one more, the newest of the network that has the most is hung up on. */
  readonly handshakes: number;
}

export interface TlsListener {
  readonly hostname: string;
  readonly port: number;
  readonly certificates: Certificates;
  /** Connections whose handshake is not over. */
  readonly handshakes: number;
  /** Stops accepting. Open connections live on, or are cut where `abort` is set. */
  stop(abort: boolean): void;
}

/**
 * Listens for TLS. Connections are accepted in the clear; the first flight is read here, which tells
 * the server name (so the certificate can be picked, and changed between two connections) and the
 * client's fingerprint; then Bun's socket takes over with the bytes already read. See docs/adr/0030.
 */
export function listenTls(options: TlsListenOptions): TlsListener {
  const pending = new FairQueue<Greeting>(options.handshakes);
  const finished = (greeting: Greeting): void => {
    if (greeting.timer !== null) options.wheel.cancel(greeting.timer);
  };
  const turns = new HandshakeTurns<Greeting>({
    now: () => performance.now(),
    nextTurn: (run) => void setImmediate(run),
  });
  const greetingOptions: GreetingOptions = { ...options, pending, turns, finished };
  const listen = {
    hostname: options.hostname,
    port: options.port,
    reusePort: options.reusePort,
    allowHalfOpen: true,
    socket: {
      open(socket: Socket<Stage>) {
        if (options.isBanned?.(socket.remoteAddress) === true) {
          socket.terminate();
          return;
        }
        const greeting = new Greeting(greetingOptions, socket);
        // One network's flood displaces its own, never somebody's only handshake.
        const surplus = pending.push(greeting);
        surplus?.refuse("tls.too_many_handshakes", 0);
        if (surplus === greeting) return;
        socket.setNoDelay(true);
        greeting.timer = new WheelTimer(() => greeting.refuse("tls.handshake_timeout", 0));
        options.wheel.schedule(greeting.timer, options.handshakeSeconds * 1000);
        socket.data = greeting;
      },
      data(socket: Socket<Stage>, chunk: Buffer) {
        const stage = socket.data;
        if (stage instanceof Greeting) stage.received(chunk);
        else if (stage !== undefined) BunConn.handlers.data(socket as Socket<BunConn>, chunk);
        // The ciphertext of a connection that is secured.
        else release(chunk);
      },
      drain(socket: Socket<Stage>) {
        if (socket.data instanceof BunConn) BunConn.handlers.drain(socket as Socket<BunConn>);
      },
      end(socket: Socket<Stage>) {
        if (socket.data instanceof Greeting) socket.data.ended();
        else if (socket.data) BunConn.handlers.end(socket as Socket<BunConn>);
      },
      close(socket: Socket<Stage>, error?: Error) {
        if (socket.data instanceof Greeting) socket.data.closed();
        else if (socket.data) BunConn.handlers.close(socket as Socket<BunConn>, error);
      },
      error(socket: Socket<Stage>, error: Error) {
        if (socket.data instanceof Greeting) socket.data.refuse("tls.failed", 0);
        else if (socket.data) BunConn.handlers.error(socket as Socket<BunConn>, error);
      },
    },
  };
  const listener = Bun.listen<Stage>(listen);
  deepen(listener, options.backlog);
  return {
    hostname: options.hostname,
    port: listener.port,
    certificates: options.certificates,
    get handshakes() {
      return pending.size;
    },
    stop(abort) {
      listener.stop(abort);
    },
  };
}

/** Bun listens with a queue of 512; on Linux a second call of listen(2) moves that bound. */
function deepen(listener: object, backlog: number): void {
  const { fd } = listener as { fd?: number };
  if (fd !== undefined && fd >= 0 && nativeLoop() !== null) libc().listen(fd, backlog);
}
