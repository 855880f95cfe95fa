import { originsSchema } from "@egide/contract/policy/origin.ts";
import type { OriginRequest } from "@egide/edge/stream.ts";
import type { DialTarget } from "@egide/edge/upstream/reach/dial.ts";
import type { ResolvedAddress } from "@egide/edge/upstream/reach/resolver.ts";
import type { OriginTls } from "@egide/edge/upstream/reach/tls.ts";
import { createUpstream, type Upstream } from "@egide/edge/upstream/upstream.ts";
import type { Conn, ConnHandler } from "@egide/edge/wire/conn.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import type { z } from "zod";
import { Collector } from "#collect.ts";
import { FakeConn } from "#fake-conn.ts";

/** A request on its way; `open` or `refuse` is what the network does with the dial. */
export class FakeDial {
  readonly target: DialTarget;
  readonly tls: OriginTls | null;
  isCancelled = false;
  isOpen = false;
  readonly conn = new FakeConn();
  readonly #opened: (conn: Conn) => ConnHandler;
  readonly #failed: (error: Error) => void;

  constructor(
    target: DialTarget,
    tls: OriginTls | null,
    opened: (conn: Conn) => ConnHandler,
    failed: (error: Error) => void,
  ) {
    this.target = target;
    this.tls = tls;
    this.#opened = opened;
    this.#failed = failed;
  }

  open(): FakeConn {
    if (this.isCancelled || this.isOpen) throw new Error("nobody waits for this connection");
    this.isOpen = true;
    this.conn.handler = this.#opened(this.conn);
    return this.conn;
  }

  refuse(error: Error = new Error("ECONNREFUSED")): void {
    if (!this.isCancelled) this.#failed(error);
  }
}

export type RigSettings = Partial<z.input<typeof originsSchema>>;

/** An upstream on a network in memory and a clock that the test moves. */
export class UpstreamRig {
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly dials: FakeDial[] = [];
  /** Answers of the name server; none: the lookup fails. */
  readonly names = new Map<string, ResolvedAddress[]>();
  lookups = 0;
  /** What an operator was told. */
  readonly told: string[] = [];
  readonly upstream: Upstream;

  constructor(settings: RigSettings = {}) {
    this.upstream = createUpstream(
      originsSchema.parse({ origins: [{ url: "http://192.0.2.1" }], ...settings }),
      {
        clock: this.clock,
        wheel: this.wheel,
        dial: (target, tls, opened, failed) => {
          const dial = new FakeDial(target, tls, opened, failed);
          this.dials.push(dial);
          return {
            cancel: () => {
              dial.isCancelled = true;
            },
          };
        },
        lookup: async (name) => {
          this.lookups++;
          const found = this.names.get(name);
          if (found === undefined) throw new Error("ENOTFOUND");
          return found;
        },
        identity: { zone: "example.org", secret: "secret of the zone" },
        random: () => 0.5,
        told: (origin, what) => void this.told.push(`${origin} ${what}`),
      },
    );
  }

  fetch(request: Partial<OriginRequest> = {}, collector = new Collector()): Sent {
    const call = this.upstream.fetch(makeRequest(request), collector);
    return { out: collector, cancel: () => call.cancel() };
  }

  /** The last dial, opened. */
  open(): FakeConn {
    return this.last.open();
  }

  get last(): FakeDial {
    const dial = this.dials.at(-1);
    if (dial === undefined) throw new Error("nobody dialled");
    return dial;
  }
}

export interface Sent {
  readonly out: Collector;
  readonly cancel: () => void;
}

export function makeRequest(request: Partial<OriginRequest> = {}): OriginRequest {
  return {
    method: "GET",
    target: "/",
    scheme: "http",
    authority: "example.org",
    headers: [],
    body: null,
    bodyLength: 0,
    upgrade: null,
    affinity: "198.51.100.1",
    ...request,
  };
}
