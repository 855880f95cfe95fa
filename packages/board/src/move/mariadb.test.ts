import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { hasMariadb, type MariadbServer, startMariadb } from "@egide/testkit/mariadb.ts";
import fc from "fast-check";
import { SqlDump, type SqlEvent } from "#move/dump/sql.ts";
import { importBoards } from "#move/run/import.ts";
import { vichanSource } from "#move/source/vichan.ts";
import { faultOf, moveRig } from "#move/testing/rig.ts";
import { VICHAN_DUMP } from "#move/testing/vichan-dump.ts";
import { Previews } from "#thread/previews.ts";
import { readThread } from "#thread/read.ts";

const present = hasMariadb();
// oxlint-disable-next-line no-console -- a reader of the run must see what was not tried
if (!present) console.warn("left out: dumps of a real MariaDB (apt-get install mariadb-server)");

interface Row {
  readonly blob: Uint8Array | null;
  readonly text: string | null;
  readonly number: number | null;
}

describe.skipIf(!present)("dumps of a real MariaDB", () => {
  let server: MariadbServer;
  const folder = mkdtempSync(join(tmpdir(), "egide-dump-"));

  beforeAll(async () => {
    server = await startMariadb();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("are read value by value, however they are written", async () => {
    const characters = fc.oneof(
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom(
        "'",
        '"',
        "\\",
        "\\'",
        "\n",
        "\r\n",
        "\0",
        "\x1a",
        "%_",
        "茶💖",
        ");('",
        "-- ",
        "/*",
        ";",
      ),
    );
    const row = fc.record({
      blob: fc.option(fc.uint8Array({ maxLength: 60 })),
      text: fc.option(
        fc.array(characters, { maxLength: 4 }).map((all) => all.join("").toWellFormed()),
      ),
      number: fc.option(fc.integer()),
    });
    const rows: readonly Row[] = fc.sample(row, { numRuns: 400, seed: 7 });
    const hex = (bytes: Uint8Array | null): string =>
      bytes === null
        ? "null"
        : bytes.length === 0
          ? "''"
          : `0x${Buffer.from(bytes).toString("hex")}`;
    const values = rows.map(({ blob, text, number }, at) => {
      const words = text === null ? null : new TextEncoder().encode(text);
      return `(${at}, ${hex(blob)}, convert(${hex(words)} using utf8mb4), ${number ?? "null"})`;
    });
    await server.run(
      "odd",
      `create table \`it's \`\`odd\`\`\` (id int primary key, \`the blob\` mediumblob, words longtext character set utf8mb4, number bigint);
       insert into \`it's \`\`odd\`\`\` values ${values.join(",\n")};`,
    );
    for (const options of [
      [],
      ["--hex-blob"],
      ["--skip-extended-insert", "--complete-insert"],
      ["--compact", "--no-create-info", "--complete-insert"],
      ["--skip-opt", "--create-options", "--quick", "--insert-ignore", "--replace"],
      ["--tz-utc", "--triggers", "--routines", "--add-drop-database", "--databases"],
    ]) {
      const dumped = await server.dump("odd", "--default-character-set=utf8mb4", ...options);
      for (const size of [997, 1 << 20]) {
        const found = new Map<number, Row>();
        for (const event of eventsOf(dumped, size)) {
          expect(event.kind).not.toBe("damaged");
          if (event.kind !== "row") continue;
          expect(event.table).toBe("it's `odd`");
          const text = event.row.get("words") as Uint8Array | null;
          found.set(event.row.get("id") as number, {
            blob: event.row.get("the blob") as Uint8Array | null,
            text: text === null ? null : new TextDecoder("utf-8", { ignoreBOM: true }).decode(text),
            number: event.row.get("number") as number | null,
          });
        }
        expect([...found.values()]).toEqual([...rows]);
      }
    }
  }, 60_000);

  test("of a vichan database are brought over as the written one is", async () => {
    await server.run("vichan", VICHAN_DUMP.replaceAll("\0", "\\0"));
    const path = join(folder, "vichan.sql");
    const latin1 = "--default-character-set=latin1";
    for (const options of [
      [],
      ["--hex-blob"],
      ["--skip-extended-insert"],
      ["--complete-insert"],
      ["--single-transaction", "--quick"],
      ["--skip-opt"],
      ["--compact"],
      ["--net-buffer-length=4096"],
      ["--skip-set-charset"],
      ["--databases"],
      // What latin1 has no sign for was lost when it was dumped.
      [latin1],
      ["--compatible=ansi"],
      ["--compatible=mysql40"],
    ]) {
      const dumped = await server.dump("vichan", ...options);
      writeFileSync(path, options.length === 0 ? dumped : gzipSync(dumped));
      await expectBrought(
        path,
        options,
        options.some((option) => /latin1|compat/.test(option)),
      );
    }
  }, 120_000);

  test("in XML, or without tables, are said to be none", async () => {
    const path = join(folder, "vichan.xml");
    await server.run("empty", "create table posts_b (id int primary key)");
    for (const option of ["--xml", "--no-create-info"]) {
      writeFileSync(path, await server.dump("empty", option));
      const rig = await moveRig();
      const work = importBoards(rig.importing, rig.order(vichanSource(path)));
      expect(await faultOf(work)).toContain("no SQL dump");
      await rig.close();
    }
  }, 60_000);
});

async function expectBrought(path: string, options: readonly string[], lossy: boolean) {
  const rig = await moveRig();
  try {
    const result = await importBoards(rig.importing, rig.order(vichanSource(path)));
    const boards = result.boards.map(({ to, threads, posts }) => [to, threads, posts]);
    expect([options, boards]).toEqual([
      options,
      [
        ["b", 2, 4],
        ["tea", 1, 1],
      ],
    ]);
    expect([result.bans, result.reports, result.invited.length]).toEqual([2, 1, 3]);
    expect(rig.refused.map(({ table, row }) => `${table} ${row}`)).toEqual([
      "bans 3",
      "boards thé",
      "mods 3",
      "posts_b 6",
      "unheard_of 1",
      "reports 2",
    ]);
    const { opening } = await readThread(
      { store: rig.importing.store, previews: new Previews() },
      "b",
      8,
    );
    expect(opening.text).toStartWith(`Secondthread ${lossy ? "?" : "茶"} ##2d6`);
  } finally {
    await rig.close();
  }
}

function eventsOf(bytes: Uint8Array, size: number): readonly SqlEvent[] {
  const dump = new SqlDump();
  const events: SqlEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    events.push(...dump.push(bytes.slice(at, at + size)));
  }
  return [...events, ...dump.end()];
}
