import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { H2Server } from "@egide/edge/accept/h2/server.ts";
import { Sweep } from "@egide/edge/accept/sweep.ts";
import type { Exchange } from "@egide/edge/exchange.ts";
import { listen } from "@egide/edge/wire/transport/transport.ts";
import { systemClock } from "@egide/std/clock.ts";

/** Kilobytes of the answer to `/big`. */
export const BIG = 2048;

export interface EchoServer {
  readonly port: number;
  readonly exchanges: Exchange[];
  stop(): void;
}

/** HTTP/2 alone, by prior knowledge, on a port of loopback; answers by path. */
export function startEchoServer(): EchoServer {
  const exchanges: Exchange[] = [];
  const limits = limitsSchema.parse({});
  const sweep = new Sweep(systemClock);
  let connection = 0;
  const listening = listen({
    hostname: "127.0.0.1",
    port: 0,
    backlog: 128,
    reusePort: false,
    onConn: (conn) => {
      conn.handler = new H2Server(conn, {
        limits,
        clock: systemClock,
        sweep,
        secure: false,
        connection: ++connection,
        onExchange: (exchange) => {
          exchanges.push(exchange);
          if (exchange.refusal !== null) refuse(exchange);
          else if (exchange.head.target.startsWith("/big")) big(exchange);
          else if (exchange.body === null) greet(exchange);
          else echo(exchange);
        },
        onClosed: () => {},
      });
    },
  });
  return {
    port: listening.port,
    exchanges,
    stop: () => {
      listening.stop();
      sweep.stop();
    },
  };
}

function refuse(exchange: Exchange): void {
  const text = Buffer.from(exchange.refusal?.code ?? "");
  exchange.start(exchange.refusal?.status ?? 400, "", [], text.length);
  exchange.write(text);
  exchange.end(null);
}

/** Small, with interim response and trailers. */
function greet(exchange: Exchange): void {
  exchange.informational(103, ["link", "</style.css>; rel=preload"]);
  exchange.start(200, "", ["content-type", "text/plain"], 5);
  exchange.write(Buffer.from("hello"));
  exchange.end(null);
}

/** As fast as the reader takes it. */
function big(exchange: Exchange): void {
  const piece = Buffer.alloc(1024, "0123456789abcdef");
  let left = BIG;
  const more = (): void => {
    while (left > 0) {
      left--;
      if (!exchange.write(piece)) return;
    }
    exchange.end(null);
  };
  exchange.onDrain = more;
  exchange.start(200, "", [], BIG * 1024);
  more();
}

/** The body comes back, with its trailers, at the speed of the slower side. */
function echo(exchange: Exchange): void {
  const { body } = exchange;
  exchange.onDrain = () => body?.resume();
  let started = false;
  const start = (): void => {
    if (!started)
      exchange.start(200, "", ["content-type", "application/echo"], exchange.bodyLength);
    started = true;
  };
  body?.pipe({
    data: (chunk) => {
      start();
      if (!exchange.write(chunk)) body.pause();
    },
    end: (trailers) => {
      start();
      exchange.end(trailers);
    },
    fail: () => exchange.abort(),
  });
}
