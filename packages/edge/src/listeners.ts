import { formatListenAddress, parseListenAddress } from "@egide/contract/policy/address.ts";
import type { Listen } from "@egide/contract/policy/listen.ts";
import type { Clock } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";
import { CidrSet } from "@egide/std/ip.ts";
import type { TimerWheel } from "@egide/std/wheel.ts";
import type { Front } from "#accept/front.ts";
import { H3Listener, type H3ListenOptions } from "#accept/h3/listener.ts";
import { throughProxyGate } from "#accept/proxy-protocol/gate.ts";
import type { Certificates } from "#accept/tls/certificates.ts";
import { listenTls } from "#accept/tls/listener.ts";
import { type Listening, listen } from "#wire/transport/transport.ts";

/** What of an edge's options its sockets are made of. */
export interface ListenerOptions {
  readonly clock: Clock;
  readonly listen: Listen;
  readonly reusePort: boolean;
  /** Serial number of this worker, from 0. */
  readonly worker: number;
  readonly report: (
    level: "debug",
    message: string,
    fields: Readonly<Record<string, unknown>>,
  ) => void;
}

/**
 * HTTP/3 on the UDP ports of the https addresses, by the first worker alone: packets of a connection
 * find their worker by the ports' addresses, which would go wrong whenever the workers change.
 */
export function openHttp3(
  { clock, listen: settings, report, worker }: ListenerOptions,
  https: readonly Bound[],
  shared: Pick<
    H3ListenOptions,
    "certificates" | "limits" | "nextSerial" | "onCount" | "onExchange" | "sweep"
  >,
): H3Listener[] {
  if (!settings.http3 || worker !== 0) return [];
  return https.map(({ address, port }) => {
    const { host } = mustParse(address);
    const onOpen = (): void => report("debug", "HTTP/3 is spoken", { address });
    return new H3Listener({ ...shared, hostname: host, port, clock, onOpen });
  });
}

interface Bound extends Listening {
  readonly address: string;
}

export function openListeners(
  options: ListenerOptions,
  front: Front,
  certificates: Certificates,
  wheel: TimerWheel,
  isBanned: (address: string) => boolean,
): { http: Bound[]; https: Bound[] } {
  const { listen: settings, report } = options;
  const peers = new CidrSet(settings.proxyProtocol);
  const proxied = peers.isEmpty ? null : (address: string) => peers.has(address);
  const opened: Bound[] = [];
  const bind = (
    address: string,
    open: (at: { hostname: string; port: number }) => Listening,
  ): Bound => {
    const at = mustParse(address);
    try {
      const listener = open({ hostname: at.host, port: at.port });
      const bound = {
        address: formatListenAddress({ host: at.host, port: listener.port }),
        port: listener.port,
        stop: () => listener.stop(),
      };
      opened.push(bound);
      return bound;
    } catch (error) {
      for (const other of opened) other.stop();
      throw cannotListen(address, error);
    }
  };
  const plain = (at: { hostname: string; port: number }): Listening =>
    listen({
      ...at,
      backlog: settings.backlog,
      reusePort: options.reusePort,
      onConn:
        proxied === null
          ? front.take
          : (conn) => throughProxyGate(conn, { proxied, wheel, seconds: 10, onConn: front.take }),
    });
  const secure = (at: { hostname: string; port: number }): Listening => {
    const listener = listenTls({
      ...at,
      backlog: settings.backlog,
      certificates,
      unknownName: settings.tls.unknownName,
      handshakeSeconds: settings.tls.handshakeSeconds,
      handshakes: settings.tls.handshakes,
      proxied,
      isBanned,
      wheel,
      reusePort: options.reusePort,
      onConn: front.take,
      onPlain: front.takeMistaken,
      onRefused: (code, remote, serverName) =>
        report("debug", "a TLS connection was refused", { code, remote, serverName }),
    });
    return { port: listener.port, stop: () => listener.stop(false) };
  };
  return {
    http: settings.http.map((address) => bind(address, plain)),
    https: settings.https.map((address) => bind(address, secure)),
  };
}

export function mustParse(address: string): { host: string; port: number } {
  const parsed = parseListenAddress(address);
  if (parsed === null) throw cannotListen(address, null);
  return parsed;
}

function cannotListen(address: string, cause: unknown): AppError {
  const code = (cause as { code?: string } | null)?.code ?? "";
  const why =
    code === "EADDRINUSE"
      ? "another program listens there"
      : code === "EACCES"
        ? "ports below 1024 need root or CAP_NET_BIND_SERVICE"
        : code;
  return new AppError({
    code: "edge.listen",
    source: "operator",
    retry: false,
    publicMessage: `can't listen on ${address}${why === "" ? "" : `: ${why}`}`,
    cause,
  });
}
