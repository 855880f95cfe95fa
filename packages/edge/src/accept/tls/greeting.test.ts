import { afterAll, expect, test } from "bun:test";
import type { Socket } from "bun";
import { FairQueue } from "@egide/std/fair-queue.ts";
import { readCertificate } from "#accept/tls/certificate.ts";
import { Certificates } from "#accept/tls/certificates.ts";
import { Greeting, type GreetingOptions, type Stage } from "#accept/tls/greeting.ts";
import { HandshakeTurns } from "#accept/tls/handshake-turns.ts";
import { type HelloShape, helloBytes, inRecords } from "#accept/tls/hello-bytes.ts";
import { TestCertificates } from "#accept/tls/test-certificates.ts";

const made = new TestCertificates();
const pair = made.selfSigned(["a.test"]);
const certificates = new Certificates();
certificates.replace([
  {
    certificate: readCertificate(pair.cert, pair.key, Date.now()),
    names: ["a.test"],
    minVersion: "1.2",
    clients: null,
  },
]);
afterAll(() => made.dispose());

const shape: HelloShape = {
  version: 0x0303,
  ciphers: [0x1301],
  extensions: [0],
  serverName: "a.test",
};
const message = helloBytes(shape);
const hello = inRecords(message);
/** As large as a hello and early data behind it are with real clients. */
const EARLY = 4096 + 16_384;

/** Connections whose turn never comes. */
function setUp(proxied: GreetingOptions["proxied"] = null) {
  const refused: string[] = [];
  const pending = new FairQueue<Greeting>(4);
  let now = 0;
  const turns = new HandshakeTurns<Greeting>({
    now: () => (now += 10),
    nextTurn: () => {},
  });
  const busy = { key: "", begin: () => {} } as unknown as Greeting;
  turns.ask(busy);
  const options: GreetingOptions = {
    certificates,
    unknownName: "default",
    proxied,
    onConn: () => {},
    onPlain: null,
    onRefused: (code) => void refused.push(code),
    pending,
    turns,
    finished: () => {},
  };
  const raw = { remoteAddress: "192.0.2.1", pause() {}, resume() {}, terminate() {}, end() {} };
  const greet = (): Greeting => new Greeting(options, raw as unknown as Socket<Stage>);
  return { greet, pending, turns, refused };
}

/** The hello and what stands behind it, `length` bytes in all. */
function flight(length: number): Buffer {
  return Buffer.concat([hello, Buffer.alloc(length - hello.length, 23)]);
}

test("a hello that waits keeps no more behind it than early data, however it comes", () => {
  for (const more of [1, 1000, 45_000]) {
    const { greet, turns, refused } = setUp();
    greet().received(flight(EARLY + more));
    expect(refused).toEqual(["tls.hello_too_large"]);
    expect(turns.waiting).toBe(0);
    const inPieces = greet();
    inPieces.received(flight(EARLY));
    expect(turns.waiting).toBe(1);
    expect(refused).toHaveLength(1);
    inPieces.received(Buffer.alloc(more));
    expect(refused).toEqual(["tls.hello_too_large", "tls.hello_too_large"]);
    expect(turns.waiting).toBe(0);
  }
});

test("a hello in several records waits, at once and piece by piece", () => {
  const { greet, turns, refused } = setUp();
  const records = Buffer.from(inRecords(message, [1, 4, 20, 50]));
  greet().received(records);
  const slow = greet();
  for (const byte of records) slow.received(Buffer.from([byte]));
  expect(turns.waiting).toBe(2);
  expect(refused).toEqual([]);
});

test("behind a proxy, who has the most handshakes under way makes room, and nobody else", () => {
  const { greet, pending, refused } = setUp(() => true);
  const come = (from: string): Greeting | null => {
    const greeting = greet();
    const surplus = pending.push(greeting);
    greeting.received(Buffer.from(`PROXY TCP4 ${from} 198.51.100.1 4711 443\r\n\x16`, "latin1"));
    return surplus;
  };
  expect(["66", "66", "66", "7"].map((n) => come(`192.0.2.${n}`))).toEqual(Array(4).fill(null));
  const surplus = come("192.0.2.8");
  expect(surplus?.key).toBe("192.0.2.66");
  expect(pending.size).toBe(4);
  for (let left = pending.size; left > 0; left--) pending.shift()?.refuse("tls.failed", 0);
  expect(pending.size).toBe(0);
  expect(refused).toHaveLength(4);
});
