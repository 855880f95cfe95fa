import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { H1Connection } from "#accept/h1/connection.ts";
import type { H1Options } from "#accept/h1/options.ts";
import { Sweep } from "#accept/sweep.ts";
import type { ExchangeHandler } from "#exchange.ts";
import type { Conn } from "#wire/conn.ts";

/** Serves HTTP/1.1 on a connection, with limits and all else as shipped but for `more`. */
export function speakH1(
  conn: Conn,
  onExchange: ExchangeHandler,
  more: Partial<Pick<H1Options, "limits" | "onClosed">> = {},
): { readonly clock: FakeClock; readonly sweep: Sweep } {
  const clock = new FakeClock();
  const sweep = new Sweep(clock);
  conn.handler = new H1Connection(conn, {
    limits: limitsSchema.parse({}),
    clock,
    sweep,
    secure: false,
    connection: 1,
    onClosed: () => {},
    onExchange,
    ...more,
  });
  return { clock, sweep };
}
