import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { Heard, REQUEST, TestOrigin } from "#upstream/h2/test-origin.ts";
import { data, frame, headers, rawBlock, settings, u32 } from "#wire/h2/test-frames.ts";

const OK = [":status", "200"];

async function call(heard = new Heard()): Promise<[TestOrigin, Heard]> {
  const origin = new TestOrigin();
  origin.session.fetch(REQUEST, heard);
  await origin.say();
  return [origin, heard];
}

describe("a call", () => {
  test("goes out whole in the first flight, behind preface and settings", async () => {
    const origin = new TestOrigin();
    origin.session.fetch(REQUEST, new Heard());
    expect(await origin.say()).toEqual([
      "SETTINGS",
      "WINDOW 0 983041",
      "HEADERS 1 END :method: GET | :scheme: https | :authority: o.test | :path: /a?b | accept: */*",
      "SETTINGS ACK",
    ]);
  });

  test("hears interim responses, head, body and trailers", async () => {
    const [origin, heard] = await call();
    await origin.say(
      headers(1, [":status", "103", "link", "</x>"], false),
      headers(1, [...OK, "content-type", "a/b"], false),
      data(1, "hello"),
      headers(1, ["grpc-status", "0"]),
    );
    expect(heard.lines).toEqual([
      "103 link </x>",
      "200 content-type a/b length -1",
      "data hello",
      "end grpc-status 0",
    ]);
    expect(origin.session.inFlight).toBe(0);
    expect(origin.availables).toBeGreaterThan(0);
  });

  test("many at once, answered in any order", async () => {
    const origin = new TestOrigin();
    const all = Array.from({ length: 50 }, () => new Heard());
    for (const heard of all) origin.session.fetch(REQUEST, heard);
    await origin.say();
    for (let i = 49; i >= 0; i--) {
      await origin.say(headers(i * 2 + 1, OK, false), data(i * 2 + 1, `n${i}`, true));
    }
    for (const [i, heard] of all.entries()) {
      expect(heard.lines).toEqual(["200  length -1", `data n${i}`, "end"]);
    }
  });

  const bodyless: [string, string, string[], string][] = [
    ["HEAD", "200", ["content-length", "5"], "200  length 5 bodyless"],
    ["GET", "204", [], "204  length -1 bodyless"],
    ["GET", "304", ["content-length", "9"], "304  length 9 bodyless"],
    ["GET", "200", [], "200  length 0 bodyless"],
  ];
  for (const [method, status, fields, line] of bodyless) {
    test(`${method} ${status} ${fields.join(" ")} has no body`, async () => {
      const origin = new TestOrigin();
      const heard = new Heard();
      origin.session.fetch({ ...REQUEST, method }, heard);
      await origin.say(headers(1, [":status", status, ...fields]));
      expect(heard.lines).toEqual([line]);
      expect(origin.session.inFlight).toBe(0);
    });
  }

  test("sends a body with its length, its trailers, and TE for gRPC alone", async () => {
    const origin = new TestOrigin();
    const body = new FakeSource();
    const heard = new Heard();
    await origin.say();
    origin.session.fetch(
      {
        ...REQUEST,
        method: "POST",
        headers: ["Content-Type", "application/grpc+proto"],
        body,
        bodyLength: 5,
      },
      heard,
    );
    body.data("hello");
    body.end(["x-sum", "1"]);
    const [head, ...rest] = await origin.say();
    expect(head).toEndWith(
      "content-type: application/grpc+proto | content-length: 5 | te: trailers",
    );
    expect(rest).toEqual(["DATA 1 5", "HEADERS 1 END x-sum: 1"]);
    await origin.say(headers(1, [...OK, "grpc-status", "0"]));
    expect(heard.lines).toEqual(["200 grpc-status 0 length 0 bodyless"]);
  });

  test("holds its body back while the origin's window is shut", async () => {
    const origin = new TestOrigin(4, 10);
    await origin.say();
    const body = new FakeSource();
    origin.session.fetch({ ...REQUEST, method: "PUT", body, bodyLength: -1 }, new Heard());
    body.sink?.data(Buffer.alloc(25));
    expect(body.paused).toBe(true);
    expect((await origin.say()).at(-1)).toBe("DATA 1 10");
    expect(await origin.say(frame(8, 0, 1, u32(20)))).toEqual(["DATA 1 15"]);
    expect(body.paused).toBe(false);
    body.sink?.end(null);
    expect(await origin.say()).toEqual(["DATA 1 0 END"]);
  });

  test("a body of another length than announced ends the call", async () => {
    for (const size of [4, 6]) {
      const origin = new TestOrigin();
      const body = new FakeSource();
      const heard = new Heard();
      origin.session.fetch({ ...REQUEST, method: "PUT", body, bodyLength: 5 }, heard);
      body.sink?.data(Buffer.alloc(size));
      if (size < 5) body.sink?.end(null);
      expect((await origin.say()).at(-2)).toBe("RST 1 8");
      expect(heard.lines).toEqual(["fail origin.request_body_length retry"]);
    }
  });

  test("a slow reader holds the origin back", async () => {
    const heard = new Heard(false);
    const [origin] = await call(heard);
    await origin.say(headers(1, OK, false));
    const said: string[] = [];
    for (let i = 0; i < 3; i++) said.push(...(await origin.say(data(1, Buffer.alloc(16_384)))));
    expect(said).toEqual([]);
    heard.takeBody();
    expect(await origin.say()).toEqual(["WINDOW 1 196609"]);
  });

  test("cancelled: the origin is told, the sink hears nothing more", async () => {
    const origin = new TestOrigin();
    const heard = new Heard();
    const body = new FakeSource();
    const running = origin.session.fetch(
      { ...REQUEST, method: "PUT", body, bodyLength: -1 },
      heard,
    );
    await origin.say();
    running.cancel();
    running.cancel();
    expect(await origin.say()).toEqual(["RST 1 8"]);
    expect(body.cancelled).toBe(true);
    await origin.say(headers(1, OK, false), data(1, "x", true));
    expect(heard.lines).toEqual([]);
  });

  test("an answer before the end of the upload, which NO_ERROR then stops", async () => {
    const origin = new TestOrigin();
    const heard = new Heard();
    const body = new FakeSource();
    origin.session.fetch({ ...REQUEST, method: "PUT", body, bodyLength: -1 }, heard);
    await origin.say(headers(1, [":status", "413"]), frame(3, 0, 1, u32(0)));
    expect(heard.lines).toEqual(["413  length 0 bodyless"]);
    expect(body.cancelled).toBe(true);
    expect(origin.session.inFlight).toBe(0);
  });
});

describe("answers that can't be used", () => {
  const bad: [string, Buffer[]][] = [
    ["no status", [headers(1, ["a", "b"])]],
    ["a status of four digits", [headers(1, [":status", "2000"])]],
    ["101", [headers(1, [":status", "101"], false)]],
    ["two statuses", [headers(1, [...OK, ":status", "200"])]],
    ["a status behind fields", [headers(1, ["a", "b", ...OK])]],
    ["a pseudo-header field of requests", [headers(1, [...OK, ":path", "/"])]],
    ["an upper-case name", [headers(1, [...OK, "A", "b"])]],
    ["a line break", [headers(1, [...OK, "a", "b\r\nc"])]],
    ["Transfer-Encoding", [headers(1, [...OK, "transfer-encoding", "chunked"])]],
    ["two lengths", [headers(1, [...OK, "content-length", "1", "content-length", "1"])]],
    ["a length without a body", [headers(1, [...OK, "content-length", "1"])]],
    ["an interim response that ends", [headers(1, [":status", "103"])]],
  ];
  for (const [what, frames] of bad) {
    test(what, async () => {
      const [origin, heard] = await call();
      expect(await origin.say(...frames)).toEqual(["RST 1 1"]);
      expect(heard.lines).toEqual(["fail origin.http2.malformed"]);
      expect(origin.session.isUsable).toBe(true);
    });
  }

  test("a body of another length than announced", async () => {
    for (const frames of [[data(1, "abcd")], [data(1, "ab", true)]]) {
      const [origin, heard] = await call();
      await origin.say(headers(1, [...OK, "content-length", "3"], false), ...frames);
      expect(heard.lines.at(-1)).toBe("body origin.http2.malformed");
    }
  });

  test("a storm of interim responses", async () => {
    const [origin, heard] = await call();
    const storm = Array.from({ length: 40 }, () => headers(1, [":status", "103"], false));
    expect(await origin.say(...storm)).toEqual(["RST 1 8"]);
    expect(heard.lines.at(-1)).toBe("fail origin.too_many_informational");
  });

  test("a pushed response is an error of the connection", async () => {
    const [origin, heard] = await call();
    expect(await origin.say(frame(5, 4, 1, u32(2)))).toEqual(["GOAWAY 0 1"]);
    expect(heard.lines).toEqual(["fail origin.closed_early retry"]);
  });
});

describe("ends", () => {
  test("GOAWAY: what was not acted on may be tried again, the rest goes on", async () => {
    const origin = new TestOrigin();
    const [one, two] = [new Heard(), new Heard()];
    origin.session.fetch(REQUEST, one);
    origin.session.fetch(REQUEST, two);
    await origin.say(frame(7, 0, 0, Buffer.concat([u32(1), u32(0)])));
    expect(two.lines).toEqual(["fail origin.closed_early retry"]);
    expect(origin.session.available).toBe(0);
    expect(origin.session.isUsable).toBe(false);
    await origin.say(headers(1, OK));
    expect(one.lines).toEqual(["200  length 0 bodyless"]);
    expect(origin.ended).toBe(true);
  });

  test("REFUSED_STREAM may be tried again, other resets not", async () => {
    const origin = new TestOrigin();
    const [one, two] = [new Heard(), new Heard()];
    origin.session.fetch(REQUEST, one);
    origin.session.fetch(REQUEST, two);
    await origin.say(frame(3, 0, 1, u32(7)), frame(3, 0, 3, u32(2)));
    expect(one.lines).toEqual(["fail origin.closed_early retry"]);
    expect(two.lines).toEqual(["fail origin.http2.reset"]);
  });

  test("a lost connection: before the head, and in the middle of a body", async () => {
    const origin = new TestOrigin();
    const [one, two] = [new Heard(), new Heard()];
    origin.session.fetch(REQUEST, one);
    origin.session.fetch(REQUEST, two);
    await origin.say(headers(1, OK, false), data(1, "x"));
    origin.pair.b.abort();
    await origin.say();
    expect(one.lines.at(-1)).toBe("body origin.body_cut_short");
    expect(two.lines).toEqual(["fail origin.closed_early retry"]);
    expect(origin.closed).toBe(true);
    const late = new Heard();
    origin.session.fetch(REQUEST, late);
    expect(late.lines).toEqual(["fail origin.closed_early retry"]);
  });

  test("no more streams than the origin allows, and a word when it allows more", async () => {
    const origin = new TestOrigin(3, 1);
    expect(origin.session.available).toBe(100);
    await origin.say();
    expect(origin.session.available).toBe(1);
    origin.session.fetch(REQUEST, new Heard());
    expect(origin.session.available).toBe(0);
    const before = origin.availables;
    await origin.say(settings(3, 5));
    expect(origin.availables).toBe(before + 1);
    expect(origin.session.available).toBe(4);
  });

  test("shut down: no further calls, the last one ends the connection", async () => {
    const [origin, heard] = await call();
    origin.session.shutdown();
    expect(await origin.say()).toEqual(["GOAWAY 0 0"]);
    await origin.say(headers(1, OK));
    expect(heard.lines).toHaveLength(1);
    expect(origin.ended).toBe(true);
  });
});

test("property: an origin that says anything never makes a session throw, and every call is told", async () => {
  const frameArb = fc
    .record({
      type: fc.nat(10),
      flags: fc.nat(255),
      id: fc.constantFrom(0, 1, 3, 2, 5, 7),
      payload: fc.oneof(
        fc.uint8Array({ maxLength: 30 }),
        fc.constantFrom(rawBlock(OK), rawBlock(["a", "b"]), u32(0), u32(9)),
      ),
    })
    .map(({ type, flags, id, payload }) => frame(type, flags, id, payload));
  await fc.assert(
    fc.asyncProperty(fc.array(frameArb, { maxLength: 30 }), async (frames) => {
      const origin = new TestOrigin();
      const all = [new Heard(), new Heard(), new Heard()];
      for (const heard of all) origin.session.fetch(REQUEST, heard);
      for (const piece of frames) await origin.say(piece);
      origin.pair.b.abort();
      await origin.say();
      expect(origin.session.inFlight).toBe(0);
      for (const { lines } of all) {
        expect(lines.filter((l) => /^fail|^[2-9]\d\d /.test(l))).toHaveLength(1);
        const bodied = lines.some((l) => /^[2-9]\d\d /.test(l) && !l.endsWith("bodyless"));
        expect(lines.filter((l) => /^end|^body /.test(l))).toHaveLength(bodied ? 1 : 0);
      }
    }),
    { numRuns: 500 },
  );
});
