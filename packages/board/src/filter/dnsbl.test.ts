import { afterAll, describe, expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { systemClock } from "@egide/std/clock.ts";
import { Dnsbl } from "#filter/dnsbl.ts";

const ANSWERS: Readonly<Record<string, string>> = {
  "7.2.0.192.spam.test": "127.0.0.2",
  "8.2.0.192.spam.test": "127.255.255.254",
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.spam.test": "127.0.0.4",
};
const asked: string[] = [];

/** A name server that knows these names, denies all others, and is silent about `quiet`. */
const server = createSocket("udp4");
server.on("message", (message, from) => {
  const labels: string[] = [];
  let at = 12;
  for (let size = message[at] as number; size !== 0; size = message[at] as number) {
    labels.push(message.toString("latin1", at + 1, at + 1 + size));
    at += size + 1;
  }
  const name = labels.join(".").toLowerCase();
  asked.push(name);
  if (name.endsWith("quiet.test")) return;
  const answer = ANSWERS[name];
  const head = Buffer.from(message.subarray(0, at + 5));
  head.writeUInt16BE(answer === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(answer === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  const record =
    answer === undefined
      ? []
      : [Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...answer.split(".").map(Number)])];
  server.send(Buffer.concat([head, ...record]), from.port, from.address);
});
server.bind(0, "127.0.0.1");
await once(server, "listening");
const servers = [`127.0.0.1:${server.address().port}`];
afterAll(() => void server.close());

function dnsbl(zones: readonly string[], timeoutMs = 2000): Dnsbl {
  return new Dnsbl({ zones, timeoutMs, servers, keepMs: 60_000 }, systemClock);
}

describe("lists of addresses by DNS", () => {
  test("listed, not listed, and refused to answer", async () => {
    const list = dnsbl(["spam.test"]);
    expect(await list.listed("192.0.2.7")).toBe("spam.test");
    expect(await list.listed("::ffff:192.0.2.7")).toBe("spam.test");
    expect(await list.listed("192.0.2.8")).toBeNull();
    expect(await list.listed("192.0.2.9")).toBeNull();
    expect(await list.listed("2001:db8::1")).toBe("spam.test");
    expect(await list.listed("nobody")).toBeNull();
  });

  test("an answer is kept, a silence is not", async () => {
    const list = dnsbl(["spam.test"]);
    await list.listed("192.0.2.7");
    const before = asked.length;
    await list.listed("192.0.2.7");
    expect(asked.length).toBe(before);
    const quiet = dnsbl(["quiet.test"], 50);
    expect(await quiet.listed("192.0.2.7")).toBeNull();
    const between = asked.length;
    expect(await quiet.listed("192.0.2.7")).toBeNull();
    expect(asked.length).toBeGreaterThan(between);
  });

  test("a list that is silent does not hide another, nor holds anybody up", async () => {
    expect(await dnsbl(["quiet.test", "spam.test"], 200).listed("192.0.2.7")).toBe("spam.test");
    const clock = new FakeClock();
    const settings = { zones: ["quiet.test"], timeoutMs: 1500, servers, keepMs: 1 };
    const waiting = new Dnsbl(settings, clock).listed("192.0.2.9");
    clock.advance(1500);
    expect(await waiting).toBeNull();
  });

  test("no list, no question", async () => {
    const before = asked.length;
    expect(await dnsbl([]).listed("192.0.2.7")).toBeNull();
    expect(asked.length).toBe(before);
  });
});
