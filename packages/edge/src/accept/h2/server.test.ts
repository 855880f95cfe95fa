import { describe, expect, test } from "bun:test";
import { answer, Visitor } from "#accept/h2/test-visitor.ts";
import type { RawHeaders } from "#stream.ts";
import { data, frame, GET, headers, POST, rawBlock, settings, u32 } from "#wire/h2/test-frames.ts";

const PROTOCOL_ERROR = 1;

describe("requests and answers", () => {
  test("the server's preface comes unasked, and settings are acknowledged", async () => {
    const visitor = new Visitor({ silent: true });
    expect(await visitor.say()).toEqual(["SETTINGS", "WINDOW 0 983041"]);
  });

  test("a request has all that was sent, in order, with crumbs of cookies joined", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(
      headers(1, [
        ...GET,
        "x-b",
        "1",
        "cookie",
        "a=1",
        "x-a",
        "",
        "cookie",
        "b=2",
        "te",
        "trailers",
      ]),
    );
    const { head, client, body, bodyLength, refusal, upgrade } = visitor.last;
    expect(head).toEqual({
      method: "GET",
      target: "/",
      version: 20,
      scheme: "https",
      authority: "a.test",
      headers: ["x-b", "1", "cookie", "a=1; b=2", "x-a", "", "te", "trailers"],
    });
    expect(client).toMatchObject({ connection: 7, request: 1 });
    expect([body, bodyLength, refusal, upgrade]).toEqual([null, 0, null, null]);
  });

  test("head, body and end leave in one write, the end on the last frame", async () => {
    const visitor = await new Visitor({ handle: answer("hello") }).ready();
    const before = visitor.pair.b.writes;
    expect(await visitor.say(headers(1, GET))).toEqual([
      "HEADERS 1 :status: 200 | content-length: 5",
      "DATA 1 5 END",
    ]);
    expect(visitor.pair.b.writes).toBe(before + 1);
    expect(visitor.last.bytesOut).toBeGreaterThan(20);
    await visitor.say(headers(3, GET), headers(5, GET), headers(7, GET));
    expect(visitor.pair.b.writes).toBe(before + 2);
  });

  test("answers given later leave at the end of their turn", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET), headers(3, GET));
    const before = visitor.pair.b.writes;
    for (const exchange of visitor.exchanges) answer("x")(exchange);
    expect(visitor.pair.b.writes).toBe(before);
    expect(await visitor.say()).toHaveLength(4);
    expect(visitor.pair.b.writes).toBe(before + 1);
  });

  const heads: [string, string, number, number, string][] = [
    ["HEAD", "200", 5, 5, ":status: 200 | content-length: 5"],
    ["GET", "204", 0, 0, ":status: 204"],
    ["GET", "304", 0, 5, ":status: 304"],
    ["GET", "304", 5, 5, ":status: 304 | content-length: 5"],
    ["GET", "200", 0, 0, ":status: 200 | content-length: 0"],
  ];
  for (const [method, status, length, written, head] of heads) {
    test(`${method} answered ${status} of ${length} has no body`, async () => {
      const visitor = await new Visitor().ready();
      await visitor.say(headers(1, [":method", method, ...GET.slice(2)]));
      visitor.last.start(Number(status), "", [], length);
      visitor.last.write(Buffer.alloc(written));
      visitor.last.end(null);
      const [first, ...rest] = await visitor.say();
      expect(first).toBe(`HEADERS 1 END ${head}`);
      expect(rest).toEqual([]);
    });
  }

  test("interim responses, unknown length, trailers", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET));
    visitor.last.informational(103, ["Link", "</a>"]);
    visitor.last.start(200, "", ["Content-Type", "x/y", "Connection", "close"], -1);
    visitor.last.write(Buffer.from("ab"));
    expect(await visitor.say()).toEqual([
      "HEADERS 1 :status: 103 | link: </a>",
      "HEADERS 1 :status: 200 | content-type: x/y",
      "DATA 1 2",
    ]);
    visitor.last.end(["grpc-status", "0"]);
    expect(await visitor.say()).toEqual(["HEADERS 1 END grpc-status: 0"]);
  });

  test("a Date is added where there is none, and only there", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET), headers(3, GET));
    visitor.exchanges[0]?.start(200, "", ["Date", "theirs"], 0);
    visitor.exchanges[1]?.start(200, "", [], 0);
    await visitor.say();
    expect(visitor.log.dates).toEqual(["theirs", "Thu, 01 Jan 2026 00:00:00 GMT"]);
  });

  test("a response of a wrong length is broken off", async () => {
    for (const [length, written] of [
      [5, 4],
      [5, 6],
    ] as const) {
      const visitor = await new Visitor().ready();
      await visitor.say(headers(1, GET));
      visitor.last.start(200, "", [], length);
      visitor.last.write(Buffer.alloc(written));
      visitor.last.end(null);
      expect((await visitor.say()).at(-1)).toBe("RST 1 2");
    }
  });

  test("a head larger than a frame goes on in CONTINUATION", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET));
    visitor.last.start(200, "", ["x-long", "ü".repeat(40_000)], 0);
    visitor.last.end(null);
    await visitor.pair.settle();
    const types = visitor.log.frames.map((f) => f.type);
    expect(types).toEqual([1, 9, 9, 0]);
    expect(visitor.log.frames[2]?.flags).toBe(4);
  });

  test("dropping ends the connection without a word", async () => {
    const visitor = await new Visitor({ handle: (exchange) => exchange.drop() }).ready();
    expect(await visitor.say(headers(1, GET))).toEqual([]);
    expect(visitor.closed).toBe(true);
  });

  test("there is no 101", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, GET));
    expect(() => visitor.last.switchProtocols([])).toThrow();
  });
});

describe("bodies of requests", () => {
  test("content, padding and trailers arrive", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, [...POST, "content-length", "6"], false));
    const { body, bodyLength } = visitor.last;
    expect(bodyLength).toBe(6);
    let text = "";
    let trailers: RawHeaders | null = null;
    await visitor.say(data(1, "abc"));
    body?.pipe({
      data: (chunk) => {
        text += Buffer.from(chunk).toString();
      },
      end: (fields) => {
        trailers = fields;
      },
      fail: (error) => {
        throw error;
      },
    });
    expect(text).toBe("abc");
    await visitor.say(
      frame(0, 8, 1, Buffer.from("\x02def\0\0", "latin1")),
      headers(1, ["x-sum", "1"]),
    );
    expect(text).toBe("abcdef");
    expect(trailers as RawHeaders | null).toEqual(["x-sum", "1"]);
  });

  test("100 Continue is said when the body is wanted, once", async () => {
    const visitor = await new Visitor().ready();
    expect(await visitor.say(headers(1, [...POST, "expect", "100-continue"], false))).toEqual([]);
    visitor.last.body?.pipe({ data: () => {}, end: () => {}, fail: () => {} });
    expect((await visitor.say())[0]).toBe("HEADERS 1 :status: 100");
  });

  test("a body that nobody takes stays within the window, and moves on with its reader", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, POST, false));
    let got = 0;
    const { body } = visitor.last;
    body?.pipe({
      data: (chunk) => {
        got += chunk.length;
      },
      end: () => {},
      fail: () => {},
    });
    expect(await visitor.say()).toEqual(["WINDOW 1 196609"]);
    body?.pause();
    const piece = Buffer.alloc(16_384);
    const told: string[] = [];
    for (let i = 0; i < 16; i++) told.push(...(await visitor.say(data(1, piece))));
    expect(told).toEqual([]);
    expect(got).toBe(0);
    body?.resume();
    expect(got).toBe(262_144);
    expect(await visitor.say()).toEqual(["WINDOW 1 131072", "WINDOW 1 131072"]);
  });

  test("sending beyond the window is an error of the stream", async () => {
    const visitor = await new Visitor().ready();
    let failed = "";
    visitor.pair.a.write(headers(1, POST, false));
    await visitor.say();
    visitor.last.body?.pipe({
      data: () => {},
      end: () => {},
      fail: (error) => {
        failed = error.code;
      },
    });
    visitor.last.body?.pause();
    await visitor.say();
    const told: string[] = [];
    for (let i = 0; i < 17; i++) told.push(...(await visitor.say(data(1, Buffer.alloc(16_384)))));
    expect(told).toEqual(["RST 1 3"]);
    expect(failed).toBe("client.http2_malformed");
  });

  test("cancelled and refused bodies give their window back to the connection", async () => {
    const visitor = await new Visitor({ limits: { rateWindowSeconds: 1000 } }).ready();
    let given = 0;
    for (let id = 1; id < 1 + 2 * 40; id += 2) {
      const out = await visitor.say(headers(id, POST, false));
      visitor.last.body?.cancel();
      out.push(
        ...(await visitor.say(data(id, Buffer.alloc(16_384)), data(id, Buffer.alloc(16_384)))),
      );
      for (const line of out) if (line.startsWith("WINDOW 0")) given += Number(line.slice(9));
    }
    expect(given).toBeGreaterThan(40 * 32_768 - 600_000);
    expect(visitor.faults).toEqual([]);
  });

  test("an answer before the end of the request: the rest is let in for a while, then stopped", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, POST, false));
    visitor.last.start(413, "", [], 0);
    visitor.last.end(null);
    expect(await visitor.say(data(1, "late"))).toEqual([
      "HEADERS 1 END :status: 413 | content-length: 0",
    ]);
    visitor.clock.advance(4000);
    expect(await visitor.say()).toEqual(["RST 1 0"]);
    expect(await visitor.say(data(1, "later still", true))).toEqual([]);
    expect(visitor.faults).toEqual([]);
  });

  test("a body larger than allowed fails its reader, and an answer can still be given", async () => {
    const visitor = await new Visitor({ limits: { bodyBytes: 10 } }).ready();
    await visitor.say(headers(1, POST, false));
    let failed = "";
    visitor.last.body?.pipe({
      data: () => {},
      end: () => {},
      fail: (error) => {
        failed = error.code;
      },
    });
    await visitor.say(data(1, "0123456789ab"));
    expect(failed).toBe("client.body_too_large");
    visitor.last.start(413, "", [], 0);
    visitor.last.end(null);
    expect((await visitor.say())[0]).toStartWith("HEADERS 1 END :status: 413");
  });

  test("content that does not match Content-Length resets the stream", async () => {
    for (const frames of [[data(1, "ab", true)], [data(1, "abcd")], [headers(1, [])]]) {
      const visitor = await new Visitor().ready();
      await visitor.say(headers(1, [...POST, "content-length", "3"], false));
      let failed = "";
      let aborted = 0;
      visitor.last.onAbort = () => aborted++;
      visitor.last.body?.pipe({
        data: () => {},
        end: () => {},
        fail: (error) => {
          failed = error.code;
        },
      });
      expect(await visitor.say(...frames)).toEqual([`RST 1 ${PROTOCOL_ERROR}`]);
      expect([failed, aborted]).toEqual(["client.http2_malformed", 1]);
    }
  });

  test("trailers that are malformed, forbidden or too large reset the stream", async () => {
    const bad = [
      [":path", "/"],
      ["Upper", "x"],
      ["connection", "close"],
      ["content-length", "0"],
      ["x-a", "a\nb"],
      ["x-a", "v".repeat(9000)],
    ];
    for (const fields of bad) {
      const visitor = await new Visitor({ handle: answer("x") }).ready();
      await visitor.say(headers(1, POST, false));
      expect(await visitor.say(headers(1, fields))).toContain(`RST 1 ${PROTOCOL_ERROR}`);
    }
  });
});

describe("refused requests reach the handler and the log", () => {
  const big = "v".repeat(4000);
  const cases: [string, string[], string, boolean][] = [
    ["an upper-case name", [...GET, "X-A", "1"], "field_name", true],
    ["a control character", [...GET, "x-a", "a\0b"], "field_value", true],
    ["a line break", [...GET, "x-a", "a\r\nx-b: c"], "field_value", true],
    ["an outer blank", [...GET, "x-a", " a"], "field_value", true],
    [
      "a pseudo-header field behind others",
      [...GET.slice(2), "a", "b", ":method", "GET"],
      "pseudo_order",
      true,
    ],
    ["a repeated path", [...GET, ":path", "/b"], "pseudo_repeated", true],
    ["an unknown pseudo-header field", [...GET, ":x", "1"], "pseudo_unknown", true],
    ["one of responses", [...GET, ":status", "200"], "pseudo_unknown", true],
    ["extended CONNECT", [...GET, ":protocol", "websocket"], "pseudo_unknown", true],
    ["no method", GET.slice(2), "pseudo_missing", true],
    ["an empty path", [...GET.slice(0, 4), ":path", "", ":authority", "a"], "pseudo_missing", true],
    ["a path without slash", [...GET.slice(0, 4), ":path", "a", ":authority", "a"], "path", true],
    ["a blank in the path", [...GET.slice(0, 4), ":path", "/a b", ":authority", "a"], "path", true],
    [
      "an absolute path",
      [...GET.slice(0, 4), ":path", "http://b/", ":authority", "a"],
      "path",
      true,
    ],
    ["* without OPTIONS", [...GET.slice(0, 4), ":path", "*", ":authority", "a"], "path", true],
    ["another scheme", [":method", "GET", ":scheme", "ftp", ...GET.slice(4)], "scheme", true],
    [
      "the other scheme",
      [":method", "GET", ":scheme", "http", ...GET.slice(4)],
      "scheme_mismatch",
      false,
    ],
    ["a broken method", [":method", "G T", ...GET.slice(2)], "method", true],
    ["CONNECT", [":method", "CONNECT", ":authority", "a:1"], "connect", false],
    ["another Host", [...GET, "host", "b.test"], "host_mismatch", true],
    ["user information", [...GET.slice(0, 6), ":authority", "u@a.test"], "host_mismatch", true],
    ["no host at all", GET.slice(0, 6), "no_host", false],
    ["two Hosts", [...GET, "host", "a.test", "host", "a.test"], "repeated_host", true],
    ["Connection", [...GET, "connection", "close"], "connection_specific", true],
    ["Transfer-Encoding", [...GET, "transfer-encoding", "chunked"], "connection_specific", true],
    ["TE with more", [...GET, "te", "trailers, gzip"], "te", true],
    [
      "two lengths",
      [...GET, "content-length", "0", "content-length", "0"],
      "repeated_content_length",
      true,
    ],
    ["a signed length", [...GET, "content-length", "+5"], "content_length", true],
    ["a length without a body", [...GET, "content-length", "5"], "content_length", true],
    ["another expectation", [...GET, "expect", "magic"], "expectation", false],
    [
      "many fields",
      [...GET, ...Array.from({ length: 129 }, () => ["a", "b"]).flat()],
      "too_many_fields",
      false,
    ],
    ["large fields", [...GET, "x-a", big, "x-b", big, "x-c", big], "head_too_large", false],
    [
      "a long path",
      [...GET.slice(0, 4), ":path", `/${"a".repeat(300)}`, ":authority", "a"],
      "url_too_long",
      false,
    ],
  ];
  for (const [what, fields, code, malformed] of cases) {
    test(what, async () => {
      const limits = { headerBytes: 9000, urlBytes: 256 };
      const visitor = await new Visitor({ handle: answer("no"), limits }).ready();
      const said = await visitor.say(headers(1, fields));
      expect(visitor.last.refusal?.code).toBe(`http2.${code}`);
      expect(visitor.last.body).toBeNull();
      expect(said[0]).toBe(
        `HEADERS 1 :status: ${visitor.last.refusal?.status} | content-length: 2`,
      );
      expect(said.slice(1)).toEqual(
        malformed ? ["DATA 1 2", `RST 1 ${PROTOCOL_ERROR}`] : ["DATA 1 2 END"],
      );
      // The connection goes on.
      await visitor.say(headers(3, GET));
      expect(visitor.last.refusal).toBeNull();
      expect(visitor.faults).toEqual([]);
    });
  }

  test("Host stands in for :authority", async () => {
    const visitor = await new Visitor().ready();
    await visitor.say(headers(1, [...GET.slice(0, 6), "host", "b.test"]));
    expect(visitor.last.head.authority).toBe("b.test");
    await visitor.say(headers(3, [...GET, "host", "A.test"]));
    expect(visitor.last.refusal).toBeNull();
  });

  test("a body too large by its own word", async () => {
    const visitor = await new Visitor({ handle: answer("no"), limits: { bodyBytes: 10 } }).ready();
    const said = await visitor.say(headers(1, [...POST, "content-length", "11"], false));
    expect(visitor.last.refusal?.code).toBe("http2.body_too_large");
    expect(said[0]).toStartWith("HEADERS 1 :status: 413");
  });
});

describe("flow control and turns", () => {
  test("a closed window holds the body, a widened one lets go that much", async () => {
    const visitor = await new Visitor({ settings: [4, 0] }).ready();
    await visitor.say(headers(1, GET));
    let drained = 0;
    visitor.last.onDrain = () => drained++;
    visitor.last.start(200, "", [], 10);
    expect(visitor.last.write(Buffer.from("0123456789"))).toBe(false);
    expect(await visitor.say()).toEqual(["HEADERS 1 :status: 200 | content-length: 10"]);
    expect(await visitor.say(frame(8, 0, 1, u32(3)))).toEqual(["DATA 1 3"]);
    expect(drained).toBe(0);
    expect(await visitor.say(settings(4, 4))).toEqual(["SETTINGS ACK", "DATA 1 4"]);
    visitor.last.end(null);
    expect(await visitor.say(frame(8, 0, 1, u32(9)))).toEqual(["DATA 1 3 END"]);
  });

  test("a shrunk window goes below zero and comes back", async () => {
    const visitor = await new Visitor({ settings: [4, 5] }).ready();
    await visitor.say(headers(1, GET));
    visitor.last.start(200, "", [], 10);
    visitor.last.write(Buffer.alloc(10));
    expect((await visitor.say()).at(-1)).toBe("DATA 1 5");
    expect(await visitor.say(settings(4, 2))).toEqual(["SETTINGS ACK"]);
    expect(await visitor.say(frame(8, 0, 1, u32(3)))).toEqual([]);
    expect(await visitor.say(frame(8, 0, 1, u32(1)))).toEqual(["DATA 1 1"]);
  });

  test("a connection that is full holds writers back and asks them again", async () => {
    const visitor = await new Visitor({ capacity: 20_000, settings: [4, 1_000_000] }).ready();
    await visitor.say(frame(8, 0, 0, u32(10_000_000)), headers(1, GET));
    const exchange = visitor.last;
    let left = 300_000;
    let waits = 0;
    const more = (): void => {
      while (left > 0) {
        left -= 10_000;
        if (!exchange.write(Buffer.alloc(10_000))) {
          waits++;
          return;
        }
      }
      exchange.end(null);
    };
    exchange.onDrain = more;
    exchange.start(200, "", [], left);
    more();
    expect(visitor.pair.b.queued).toBeLessThan(120_000);
    const said = await visitor.say();
    expect(said.at(-1)).toEndWith("END");
    const total = said.filter((s) => s.startsWith("DATA")).map((s) => Number(s.split(" ")[2]));
    expect(total.reduce((a, b) => a + b, 0)).toBe(300_000);
    expect(waits).toBeGreaterThan(2);
  });

  test("the urgent go first, equals take turns", async () => {
    const visitor = await new Visitor({ settings: [4, 1_000_000] }).ready();
    await visitor.say(
      headers(1, [...GET, "priority", "u=5"]),
      headers(3, [...GET, "priority", "u=5, i"]),
      headers(5, [...GET, "priority", "u=0"]),
    );
    // The connection's window of 65535 goes to the first; then all wait.
    for (const exchange of visitor.exchanges) {
      exchange.start(200, "", [], 49_152);
      exchange.write(Buffer.alloc(49_152));
      exchange.end(null);
    }
    await visitor.say();
    const said = await visitor.say(frame(8, 0, 0, u32(1_000_000)));
    expect(said.map((s) => s.split(" ")[1])).toEqual(["5", "5", "5", "3", "3", "3"]);
    const again = await new Visitor({ settings: [4, 1_000_000] }).ready();
    await again.say(headers(1, GET), headers(3, GET), headers(5, GET));
    for (const exchange of again.exchanges) {
      exchange.start(200, "", [], 65_535 + 32_768);
      exchange.write(Buffer.alloc(65_535));
      exchange.write(Buffer.alloc(32_768));
    }
    await again.say();
    const turns = await again.say(frame(8, 0, 0, u32(16_384 * 6)));
    expect(turns.map((s) => s.split(" ")[1])).toEqual(["1", "3", "5", "1", "3", "5"]);
  });

  test("PRIORITY_UPDATE moves a stream", async () => {
    const visitor = await new Visitor({ settings: [4, 1_000_000] }).ready();
    await visitor.say(headers(1, GET), headers(3, GET), headers(5, GET));
    await visitor.say(frame(16, 0, 0, Buffer.concat([u32(5), Buffer.from("u=1")])));
    for (const exchange of visitor.exchanges) {
      exchange.start(200, "", [], 65_535);
      exchange.write(Buffer.alloc(65_535));
    }
    await visitor.say();
    const said = await visitor.say(frame(8, 0, 0, u32(16_384 * 5)));
    expect(said.map((s) => s.split(" ")[1])).toEqual(["5", "5", "5", "5", "3", "3"]);
  });
});

test("a HEADERS frame split over CONTINUATION is one block", async () => {
  const visitor = await new Visitor({ handle: answer("x") }).ready();
  const bytes = rawBlock([...GET, "x-a", "v".repeat(3000)]);
  await visitor.say(
    frame(1, 1, 1, bytes.subarray(0, 10)),
    frame(9, 0, 1, bytes.subarray(10, 20)),
    frame(9, 4, 1, bytes.subarray(20)),
  );
  expect(visitor.last.head.headers[1]).toHaveLength(3000);
});
