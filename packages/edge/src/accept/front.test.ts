import { expect, test } from "bun:test";
import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeConn } from "@egide/testkit/fake-conn.ts";
import { Front } from "#accept/front.ts";

test("plain HTTP on a port for TLS is told so, whatever it asks for, and counts like any connection", () => {
  const codes: (string | undefined)[] = [];
  const front = new Front({
    clock: new FakeClock(),
    limits: limitsSchema.parse({ connectionsPerAddress: 1 }),
    onExchange(exchange) {
      codes.push(exchange.refusal?.code);
      exchange.start(400, "", [], 0);
      exchange.end(null);
    },
  });
  const conn = new FakeConn();
  front.takeMistaken(conn);
  conn.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(codes).toEqual(["http1.plain_on_tls"]);
  expect(conn.text).toStartWith("HTTP/1.1 400 ");
  expect(conn.isEnded).toBe(true);
  const second = new FakeConn();
  front.takeMistaken(second);
  expect(second.isAborted).toBe(true);
  conn.lose(null);
  expect(front.open).toBe(0);
});
