import { describe, expect, test } from "bun:test";
import { answer, Visitor } from "#accept/h2/test-visitor.ts";
import {
  data,
  frame,
  GET,
  headers,
  hello,
  POST,
  rawBlock,
  settings,
  u32,
} from "#wire/h2/test-frames.ts";

const CALM = 11;

/** Says what `make` makes up to `times` times, in pieces; answers at which one the server gave up. */
async function flood(
  visitor: Visitor,
  times: number,
  make: (i: number) => Buffer,
): Promise<{ at: number; said: string[] }> {
  const said: string[] = [];
  for (let i = 0; i < times; i += 50) {
    const pieces: Buffer[] = [];
    for (let j = i; j < i + 50; j++) pieces.push(make(j));
    said.push(...(await visitor.say(Buffer.concat(pieces))));
    if (visitor.faults.length > 0) return { at: i, said };
  }
  return { at: -1, said };
}

describe("floods end with ENHANCE_YOUR_CALM", () => {
  const floods: [string, (i: number) => Buffer][] = [
    ["PING", () => frame(6, 0, 0, Buffer.alloc(8))],
    ["PING acknowledgements", () => frame(6, 1, 0, Buffer.alloc(8))],
    ["SETTINGS", () => settings(4, 65_535)],
    ["SETTINGS acknowledgements", () => frame(4, 1, 0, Buffer.alloc(0))],
    ["PRIORITY", (i) => frame(2, 0, i * 2 + 1, Buffer.alloc(5))],
    ["PRIORITY_UPDATE", () => frame(16, 0, 0, Buffer.concat([u32(1), Buffer.from("u=1")]))],
    ["WINDOW_UPDATE", () => frame(8, 0, 0, u32(1))],
    ["unknown frames", () => frame(0xfa, 0, 0, Buffer.alloc(0))],
    ["GOAWAY", () => frame(7, 0, 0, Buffer.alloc(8))],
    [
      "rapid resets",
      (i) => Buffer.concat([headers(i * 2 + 1, GET), frame(3, 0, i * 2 + 1, u32(8))]),
    ],
    [
      "resets that are provoked",
      (i) => Buffer.concat([headers(i * 2 + 1, POST, false), frame(8, 0, i * 2 + 1, u32(0))]),
    ],
    ["refused streams", (i) => headers(i * 2 + 1, POST, false)],
    ["malformed requests", (i) => headers(i * 2 + 1, [...GET, "UPPER", "1"])],
  ];
  for (const [what, make] of floods) {
    test(what, async () => {
      const handle = what.startsWith("malformed") ? answer("no") : (): void => {};
      const visitor = await new Visitor({ handle }).ready();
      const { at, said } = await flood(visitor, 3000, make);
      expect(at).toBeGreaterThanOrEqual(300);
      expect(said.at(-1)).toMatch(new RegExp(`^GOAWAY \\d+ ${CALM}$`));
      expect(visitor.ended).toBe(true);
    });
  }

  test("empty DATA", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, POST, false));
    const { at } = await flood(visitor, 3000, () => data(1, ""));
    expect(at).toBeGreaterThanOrEqual(300);
  });

  test("CONTINUATION without end", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(frame(1, 1, 1, rawBlock(GET)));
    const said: string[] = [];
    for (let i = 0; i < 40; i++) said.push(...(await visitor.say(frame(9, 0, 1, Buffer.alloc(0)))));
    expect(said).toEqual([`GOAWAY 1 ${CALM}`]);
    const large = await new Visitor().ready();
    await large.say(frame(1, 1, 1, rawBlock(GET)));
    const out: string[] = [];
    for (let i = 0; i < 10; i++)
      out.push(...(await large.say(frame(9, 0, 1, Buffer.alloc(16_384)))));
    expect(out).toEqual([`GOAWAY 1 ${CALM}`]);
  });

  test("a client that resets in moderation goes on", async () => {
    const visitor = await new Visitor().ready();
    for (let i = 0; i < 3000; i++) {
      if (i % 30 === 0) visitor.clock.advance(1000);
      await visitor.say(headers(i * 2 + 1, GET), frame(3, 0, i * 2 + 1, u32(8)));
    }
    expect(visitor.faults).toEqual([]);
  });

  test("the handler hears of each reset once, and its answer goes nowhere", async () => {
    let aborted = 0;
    const visitor = await new Visitor({
      handle: (exchange) => {
        exchange.onAbort = () => aborted++;
      },
    }).ready();
    await visitor.say(headers(1, GET));
    await visitor.say(frame(3, 0, 1, u32(8)));
    expect(aborted).toBe(1);
    answer("late")(visitor.last);
    expect(await visitor.say()).toEqual([]);
    expect(visitor.server.streams.size).toBe(0);
  });

  test("a request that is reset in the same breath reaches no handler", async () => {
    const visitor = await new Visitor({ handle: answer("x") }).ready();
    const reset = frame(3, 0, 1, u32(8));
    expect(await visitor.say(Buffer.concat([headers(1, GET), reset]))).toEqual([]);
    expect(visitor.exchanges).toHaveLength(0);
    expect(visitor.server.streams.size).toBe(0);
  });
});

describe("bounds", () => {
  test("streams beyond the limit are refused and may be tried again", async () => {
    const visitor = await new Visitor({ limits: { streams: 2 } }).ready();
    expect(await visitor.say(headers(1, GET), headers(3, GET), headers(5, GET))).toEqual([
      "RST 5 7",
    ]);
    expect(visitor.exchanges).toHaveLength(2);
    answer("x")(visitor.exchanges[0] as never);
    await visitor.say();
    await visitor.say(headers(7, GET));
    expect(visitor.exchanges).toHaveLength(3);
  });

  test("a thousand frames of one byte are held in a thousand bytes", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, POST, false));
    const pieces = Array.from({ length: 65_535 }, () => data(1, "x"));
    await visitor.say(Buffer.concat(pieces));
    const stream = visitor.server.streams.get(1);
    expect(stream?.held).toBe(65_535);
    expect(visitor.faults).toEqual([]);
  });

  test("answers that a peer does not read stop our reading it", async () => {
    const visitor = await new Visitor({ capacity: 1000 }).ready();
    const { a, b } = visitor.pair;
    a.pause();
    for (let i = 0; i < 20; i++) {
      const pings = Array.from({ length: 40 }, () => frame(6, 0, 0, Buffer.alloc(8)));
      a.write(Buffer.concat(pings));
      await visitor.pair.settle();
    }
    expect(b.pending).toBeLessThan(300_000);
    a.resume();
    const said = await visitor.say();
    expect(said.filter((s) => s === "PING ACK")).toHaveLength(800);
  });

  test("requests per connection", async () => {
    const visitor = await new Visitor({
      limits: { requestsPerConnection: 2 },
      handle: answer("x"),
    }).ready();
    await visitor.say(headers(1, GET));
    const said = await visitor.say(headers(3, GET));
    expect(said.filter((s) => s.startsWith("GOAWAY"))[0]).toBe("GOAWAY 2147483647 0");
    expect((await visitor.say(frame(6, 1, 0, Buffer.alloc(8)))).at(-1)).toBe("GOAWAY 3 0");
    expect(visitor.ended).toBe(true);
  });
});

describe("deadlines", () => {
  const limits = { headerSeconds: 5, keepAliveSeconds: 20, rateWindowSeconds: 10 };

  async function after(visitor: Visitor, seconds: number): Promise<string[]> {
    const said: string[] = [];
    for (let i = 0; i < seconds * 2; i++) {
      visitor.clock.advance(500);
      said.push(...(await visitor.say()));
    }
    return said;
  }

  test("a preface that does not come", async () => {
    const visitor = await new Visitor({ limits, silent: true }).ready();
    await visitor.say(hello().subarray(0, 20));
    expect(await after(visitor, 4)).toEqual([]);
    expect(await after(visitor, 3)).toEqual(["GOAWAY 0 0"]);
  });

  test("a header block that does not end", async () => {
    const visitor = await new Visitor({ limits }).ready();
    await visitor.say(frame(1, 1, 1, rawBlock(GET).subarray(0, 5)));
    expect(await after(visitor, 4)).toEqual([]);
    await visitor.say(frame(9, 0, 1, Buffer.from([0])));
    expect(await after(visitor, 3)).toEqual(["GOAWAY 1 0"]);
  });

  test("a frame that does not end", async () => {
    const visitor = await new Visitor({ limits }).ready();
    await visitor.say(headers(1, GET).subarray(0, 12));
    expect(await after(visitor, 7)).toEqual(["GOAWAY 0 0"]);
  });

  test("an idle connection, and one that is gone but does not close", async () => {
    const visitor = await new Visitor({ limits, handle: answer("x") }).ready();
    await after(visitor, 15);
    await visitor.say(headers(1, GET));
    expect(await after(visitor, 15)).toEqual([]);
    expect(await after(visitor, 10)).toEqual(["GOAWAY 1 0"]);
    expect(visitor.closed).toBe(true);
  });

  test("a request under way is not idle", async () => {
    const visitor = await new Visitor({ limits }).ready();
    await visitor.say(headers(1, GET));
    expect(await after(visitor, 120)).toEqual([]);
  });

  test("an upload slower than allowed fails, one that is paused by us does not", async () => {
    const visitor = await new Visitor({ limits }).ready();
    await visitor.say(headers(1, POST, false));
    let failed = "";
    const { body } = visitor.last;
    body?.pipe({
      data: () => {},
      end: () => {},
      fail: (error) => {
        failed = error.code;
      },
    });
    body?.pause();
    await after(visitor, 60);
    expect(failed).toBe("");
    body?.resume();
    for (let i = 0; i < 5; i++) {
      await visitor.say(data(1, Buffer.alloc(2500)));
      await after(visitor, 9);
    }
    expect(failed).toBe("");
    await after(visitor, 25);
    expect(failed).toBe("client.body_timeout");
  });

  test("a reader who opens no window loses the stream, not the others", async () => {
    const visitor = await new Visitor({ limits, settings: [4, 0] }).ready();
    await visitor.say(headers(1, GET), headers(3, GET));
    let aborted = 0;
    const [first] = visitor.exchanges;
    if (first !== undefined) first.onAbort = () => aborted++;
    first?.start(200, "", [], 5);
    first?.write(Buffer.from("hello"));
    expect(await after(visitor, 9)).toHaveLength(1);
    expect(await after(visitor, 5)).toEqual(["RST 1 8"]);
    expect(aborted).toBe(1);
    expect(visitor.server.streams.size).toBe(1);
  });

  test("a reader who takes nothing at all loses the connection", async () => {
    const visitor = await new Visitor({ limits, capacity: 100, settings: [4, 1e6] }).ready();
    await visitor.say(headers(1, GET));
    visitor.pair.a.pause();
    visitor.last.start(200, "", [], -1);
    visitor.last.write(Buffer.alloc(60_000));
    await after(visitor, 9);
    expect(visitor.closed).toBe(false);
    await after(visitor, 5);
    expect(visitor.closed).toBe(true);
  });
});

describe("coming to an end", () => {
  test("requests under way are answered, later ones refused, then the connection ends", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET));
    visitor.server.shutdown();
    expect(await visitor.say()).toEqual(["GOAWAY 2147483647 0", "PING"]);
    await visitor.say(headers(3, GET));
    expect(await visitor.say(frame(6, 1, 0, Buffer.alloc(8)))).toEqual(["GOAWAY 3 0"]);
    expect(await visitor.say(headers(5, GET))).toEqual(["RST 5 7"]);
    answer("a")(visitor.exchanges[0] as never);
    expect(await visitor.say()).toHaveLength(2);
    expect(visitor.ended).toBe(false);
    answer("b")(visitor.exchanges[1] as never);
    expect(await visitor.say()).toHaveLength(2);
    expect(visitor.ended).toBe(true);
  });

  test("an idle connection ends at once", async () => {
    const visitor = await new Visitor().ready();
    visitor.server.shutdown();
    expect(await visitor.say()).toEqual(["GOAWAY 0 0"]);
    expect(visitor.ended).toBe(true);
  });

  test("a peer that hangs up ends what runs", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, POST, false));
    const heard: string[] = [];
    visitor.last.onAbort = () => heard.push("aborted");
    visitor.last.body?.pipe({
      data: () => {},
      end: () => heard.push("end"),
      fail: (error) => heard.push(error.code),
    });
    visitor.pair.a.abort();
    await visitor.say();
    expect(heard).toEqual(["client.aborted", "aborted"]);
    answer("x")(visitor.last);
    expect(visitor.server.streams.size).toBe(0);
  });
});
