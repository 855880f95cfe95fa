import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readPublishedExits } from "#filter/tor/exits.ts";
import { ExitFile } from "#filter/tor/file.ts";
import { TorVisitors } from "#filter/tor/visitors.ts";

const folder = mkdtempSync(join(tmpdir(), "egide-tor-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the list of Tor's exits", () => {
  test("is read in both forms in which it is published", () => {
    expect(readPublishedExits("192.0.2.1\n192.0.2.2\r\n\n# end\n192.0.2.1\n")).toEqual([
      "192.0.2.1",
      "192.0.2.2",
    ]);
    const long = `ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E
Published 2026-11-20 20:31:35
LastStatus 2026-11-21 08:00:00
ExitAddress 198.51.100.7 2026-11-21 08:22:31
ExitAddress 2001:db8::7 2026-11-21 08:22:31
`;
    expect(readPublishedExits(long)).toEqual(["198.51.100.7", "2001:db8::7"]);
  });

  test.each(["", "<html>Just a moment</html>", "192.0.2.1\nnobody\n", "192.0.2.0/24", "1.2.3.4 5"])(
    "is refused whole where a line is none: %j",
    (text) => {
      expect(() => readPublishedExits(text)).toThrow();
    },
  );
});

test("whatever text comes, it is a list of addresses or none", () => {
  const line = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ maxLength: 40 }),
    fc.constant("# remark"),
    fc.ipV4().map((address) => `ExitAddress ${address} 2026-11-21 08:22:31`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      let read: readonly string[];
      try {
        read = readPublishedExits(lines.join("\n"));
      } catch {
        return;
      }
      expect(read.length).toBeGreaterThan(0);
      const tor = new TorVisitors([]);
      tor.take({ source: "x", date: "2026-11-22", addresses: read });
      for (const address of read) expect([address, tor.has(address)]).toEqual([address, true]);
    }),
  );
});

describe("who comes through Tor", () => {
  const list = { source: "x", date: "2026-11-22", addresses: ["192.0.2.1", "2001:DB8::7"] };

  test("is told by the exit, in any spelling", () => {
    const tor = new TorVisitors(["https://board.example"]);
    expect(tor.has("192.0.2.1")).toBe(false);
    tor.take(list);
    expect(tor.exits).toBe(2);
    for (const address of ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:0:0::7"]) {
      expect([address, tor.has(address)]).toEqual([address, true]);
    }
    for (const address of ["192.0.2.2", "2001:db8::8", "127.0.0.1", "", "nobody"]) {
      expect([address, tor.has(address)]).toEqual([address, false]);
    }
  });

  test("is told by the circuit that an onion service names, or by coming from its machine", () => {
    const plain = new TorVisitors(["https://board.example"]);
    const onion = new TorVisitors(["https://board.example", "http://abcdefgh.onion"]);
    for (const tor of [plain, onion]) {
      expect(tor.has("fc00:dead:beef:4dad::ffff:ffff")).toBe(true);
      expect(tor.has("fc00:dead:beef:4dae::1")).toBe(false);
    }
    expect([plain.has("127.0.0.1"), plain.has("::1")]).toEqual([false, false]);
    expect([onion.has("127.0.0.1"), onion.has("::1")]).toEqual([true, true]);
    expect(onion.has("192.0.2.1")).toBe(false);
  });

  test("a file is taken over as it changes; a bad or an old one is said once", async () => {
    const path = join(folder, "tor-exits.json");
    const tor = new TorVisitors([]);
    const file = new ExitFile(path, tor);
    const now = Date.parse("2026-11-23");
    await file.refresh(now);
    expect(tor.exits).toBe(0);
    writeFileSync(path, JSON.stringify(list));
    await file.refresh(now);
    expect(tor.exits).toBe(2);
    writeFileSync(path, '{"addresses":["192.0.2.1"');
    const failed = await file.refresh(now).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Error);
    await file.refresh(now);
    expect(tor.exits).toBe(2);
    writeFileSync(path, JSON.stringify({ ...list, addresses: ["192.0.2.9"] }));
    const old = await file.refresh(now + 20 * 86_400_000).catch((error: unknown) => error);
    expect(String(old)).toContain("is of 2026-11-22");
    expect(tor.has("192.0.2.9")).toBe(true);
    await file.refresh(now + 21 * 86_400_000);
  });
});
