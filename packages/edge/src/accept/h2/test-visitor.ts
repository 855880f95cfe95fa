import { type Limits, limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { ConnPair } from "@egide/testkit/conn-pair.ts";
import { H2Server } from "#accept/h2/server.ts";
import { Sweep } from "#accept/sweep.ts";
import type { Exchange } from "#exchange.ts";
import { FrameLog, hello } from "#wire/h2/test-frames.ts";

export interface VisitorOptions {
  readonly limits?: Partial<Limits>;
  readonly handle?: (exchange: Exchange) => void;
  /** What the connection to the server holds before it is full. */
  readonly capacity?: number;
  readonly settings?: readonly number[];
  /** Nothing is said for the visitor. */
  readonly silent?: boolean;
}

/** A server on a connection in memory, and a visitor who says frames and notes what is answered. */
export class Visitor {
  readonly clock = new FakeClock();
  readonly pair: ConnPair;
  readonly log = new FrameLog();
  readonly exchanges: Exchange[] = [];
  readonly faults: string[] = [];
  readonly server: H2Server;
  ended = false;
  closed = false;

  constructor(options: VisitorOptions = {}) {
    const sweep = new Sweep(this.clock);
    this.pair = new ConnPair(options.capacity === undefined ? {} : { capacity: options.capacity });
    const { a, b } = this.pair;
    a.handler = {
      onData: (chunk) => this.log.push(chunk),
      onDrain: () => {},
      onEnd: () => {
        this.ended = true;
      },
      onClose: () => {
        this.closed = true;
      },
    };
    this.server = new H2Server(b, {
      limits: limitsSchema.parse(options.limits ?? {}),
      clock: this.clock,
      sweep,
      secure: true,
      connection: 7,
      onExchange: (exchange) => {
        this.exchanges.push(exchange);
        options.handle?.(exchange);
      },
      onClosed: () => {},
      onFault: (_code, detail) => this.faults.push(detail),
    });
    b.handler = this.server;
    if (options.silent !== true) this.pair.a.write(hello(...(options.settings ?? [])));
  }

  /** Says `bytes` and lets everything come to rest; answers what came back. */
  async say(...bytes: Uint8Array[]): Promise<string[]> {
    for (const piece of bytes) this.pair.a.write(piece);
    await this.pair.settle();
    return this.log.show();
  }

  /** The first flight is over. */
  async ready(): Promise<this> {
    await this.say();
    return this;
  }

  get last(): Exchange {
    return this.exchanges.at(-1) as Exchange;
  }
}

/** Answers 200 with a text, after the body where there is one. */
export function answer(text: string): (exchange: Exchange) => void {
  return (exchange) => {
    const reply = (): void => {
      exchange.start(exchange.refusal?.status ?? 200, "", [], text.length);
      exchange.write(Buffer.from(text));
      exchange.end(null);
    };
    if (exchange.body === null) reply();
    else exchange.body.pipe({ data: () => {}, end: reply, fail: () => {} });
  };
}
