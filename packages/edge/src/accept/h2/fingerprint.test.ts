import { expect, test } from "bun:test";
import { Visitor } from "#accept/h2/test-visitor.ts";
import { frame, GET, headers, hello, u32 } from "#wire/h2/test-frames.ts";

const priority = (id: number, depends: number, weight: number): Buffer =>
  frame(2, 0, id, Buffer.concat([u32(depends), Buffer.from([weight])]));

async function opened(settings: number[], ...frames: Buffer[]): Promise<string | undefined> {
  const visitor = await new Visitor({ silent: true }).ready();
  await visitor.say(hello(...settings), ...frames, headers(1, GET));
  return visitor.last.client.http2;
}

test("the opening is written as Akamai does", async () => {
  const chromium = [1, 65_536, 2, 0, 4, 6_291_456, 6, 262_144];
  expect(await opened(chromium, frame(8, 0, 0, u32(15_663_105)))).toBe(
    "1:65536;2:0;4:6291456;6:262144|15663105|0|m,s,p,a",
  );
  const firefox = [1, 65_536, 4, 131_072, 5, 16_384];
  const text = await opened(
    firefox,
    frame(8, 0, 0, u32(12_517_377)),
    priority(3, 0, 200),
    priority(5, 2 ** 31 + 3, 0),
  );
  expect(text).toBe("1:65536;4:131072;5:16384|12517377|3:0:0:201,5:1:3:1|m,s,p,a");
  expect(await opened([])).toBe("|00|0|m,s,p,a");
});

test("pseudo-headers are told in their order, and later frames change nothing", async () => {
  const visitor = await new Visitor().ready();
  const [method, scheme, authority, path] = [0, 2, 4, 6].map((at) => GET.slice(at, at + 2));
  const turned = [path, method, authority, scheme].flatMap((pair) => pair ?? []);
  await visitor.say(headers(1, turned), frame(8, 0, 0, u32(99)), headers(3, GET));
  const order = visitor.exchanges[0]?.client.http2?.split("|")[3]?.split(",");
  expect(order?.toSorted()).toEqual(["a", "m", "p", "s"]);
  expect(visitor.exchanges[1]?.client.http2).toBe(visitor.exchanges[0]?.client.http2 as string);
});

test("a flood of PRIORITY writes no book", async () => {
  const frames = Array.from({ length: 500 }, (_, i) => priority(2 * i + 101, 0, 1));
  const text = await opened([], Buffer.concat(frames));
  expect(text?.split("|")[2]?.split(",").length).toBe(32);
});
