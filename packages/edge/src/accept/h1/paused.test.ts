import { expect, test } from "bun:test";
import { ConnPair } from "@egide/testkit/conn-pair.ts";
import { speakH1 } from "#accept/h1/testing/speak.ts";
import type { ExchangeHandler } from "#exchange.ts";

function connect(onExchange: ExchangeHandler): ConnPair {
  const pair = new ConnPair();
  speakH1(pair.b, onExchange);
  return pair;
}

test("a body that is paused and resumed inside its sink is read to its end", async () => {
  let received = "";
  let ended = false;
  const pair = connect(({ body }) =>
    body?.pipe({
      data(chunk) {
        received += Buffer.from(chunk).toString("latin1");
        body.pause();
        body.resume();
      },
      end() {
        ended = true;
      },
      fail: () => {},
    }),
  );
  pair.a.writeLatin1("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab");
  await pair.settle();
  pair.a.writeLatin1("cdef");
  await pair.settle();
  expect(received).toBe("abcdef");
  expect(ended).toBe(true);
});

test("a body that was paused at its last chunk does not keep the next request from being read", async () => {
  const methods: string[] = [];
  const pair = connect((exchange) => {
    methods.push(exchange.head.method);
    const { body } = exchange;
    const reply = (): void => {
      exchange.start(200, "", [], 0);
      exchange.end(null);
    };
    if (body === null) reply();
    else body.pipe({ data: () => body.pause(), end: reply, fail: () => {} });
  });
  pair.a.writeLatin1("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok");
  await pair.settle();
  pair.a.writeLatin1("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await pair.settle();
  expect(methods).toEqual(["POST", "GET"]);
});
