import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { SqlDump, type SqlEvent } from "#move/dump/sql.ts";
import type { SqlValue } from "#move/dump/sql-value.ts";

function read(text: string | Uint8Array, size = 1 << 16): readonly SqlEvent[] {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const dump = new SqlDump();
  const events: SqlEvent[] = [];
  for (let at = 0; at < bytes.length; at += size)
    events.push(...dump.push(bytes.slice(at, at + size)));
  events.push(...dump.end());
  return events;
}

function rowsOf(events: readonly SqlEvent[]): readonly Readonly<Record<string, unknown>>[] {
  return events.flatMap((event) =>
    event.kind === "row"
      ? [Object.fromEntries([...event.row].map(([name, value]) => [name, shown(value)]))]
      : [],
  );
}

function shown(value: SqlValue): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
}

describe("a dump in SQL", () => {
  test("is read as mysqldump and mariadb-dump write it", () => {
    const events = read(`/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS \`t\`;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE \`t\` (
  \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT,
  \`na\`\`me\` varchar(35) DEFAULT 'it''s; (odd)',
  \`ip\` varbinary(16) NOT NULL,
  UNIQUE KEY \`id\` (\`id\`),
  KEY \`n\` (\`na\`\`me\`)
) ENGINE=InnoDB AUTO_INCREMENT=43 DEFAULT CHARSET=utf8mb4;
LOCK TABLES \`t\` WRITE;
INSERT INTO \`t\` VALUES (1,'a\\'b''c\\nd\\\\',0x7F000001),(2,NULL,_binary 'x\\0y'),
(3,-1.5e3,X'c0a8');
UNLOCK TABLES;
-- Dump completed on 2020-01-01  0:00:00
`);
    expect(events[0]).toEqual({ kind: "charset", name: "utf8mb4" });
    expect(events[1]).toEqual({ kind: "table", table: "t", nextId: 43 });
    expect(rowsOf(events)).toEqual([
      { id: 1, "na`me": "a'b'c\nd\\", ip: "\x7f\0\0\x01" },
      { id: 2, "na`me": null, ip: "x\0y" },
      { id: 3, "na`me": -1500, ip: "\xc0\xa8" },
    ]);
    expect(events).toHaveLength(5);
  });

  test("columns that a statement names come before those of the table", () => {
    const events = read("insert ignore into db.t (b, `a`) values (1, 'x'), (2, 'y') ;");
    expect(rowsOf(events)).toEqual([
      { b: 1, a: "x" },
      { b: 2, a: "y" },
    ]);
  });

  test("statements that are none of ours are passed over, triggers too", () => {
    const events = read(`
SET time_zone = "+00:00";
DELIMITER ;;
/*!50003 CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN insert into t values ('no'); END */;;
DELIMITER ;
UPDATE t SET a = 'insert into t (a) values (1);';
# a remark
insert into t (a) values (2) on duplicate key update a = 'x;(';
insert into t (a) values (3);`);
    expect(rowsOf(events)).toEqual([{ a: 2 }, { a: 3 }]);
  });

  test("a delimiter that is not the plain one yet goes on being passed over", () => {
    const text = "delimiter ;;\ndelimiter ;;\ninsert into t (a) values (1);\ndelimiter ;\n";
    for (const size of [1, 7, 1000]) {
      expect(rowsOf(read(`${text}insert into t (a) values (2);`, size))).toEqual([{ a: 2 }]);
    }
  });

  test("what is damaged is told of with its place, and reading goes on", () => {
    const events = read(`insert into t (a) values (1),(now()),(2);
insert into t (a) values (3),(4,5),(6);
insert into u values (1);
insert into t (a) values (7`);
    expect(rowsOf(events)).toEqual([{ a: 1 }, { a: 3 }, { a: 6 }]);
    const damaged = events.filter((event) => event.kind === "damaged");
    expect(damaged.map(({ table, index }) => [table, index])).toEqual([
      ["t", 2],
      ["t", 3],
      ["u", 1],
      ["t", 5],
    ]);
    expect(damaged[3]?.reason).toContain("ends in the middle");
  });

  test("comes out the same in pieces of any size", () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.uint8Array({ maxLength: 40 }),
    );
    const rows = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { maxLength: 12 });
    const style = fc.constantFrom("escaped", "doubled", "hex", "bits");
    fc.assert(
      fc.property(rows, style, fc.integer({ min: 1, max: 60 }), (written, how, size) => {
        const text = Buffer.concat([
          Buffer.from("insert into `t` (`a`, `b`, `c`) values "),
          ...written.flatMap((row, i) => [
            Buffer.from(i === 0 ? "(" : ",("),
            ...row.flatMap((one, j) => [Buffer.from(j === 0 ? "" : ","), literal(one, how)]),
            Buffer.from(")"),
          ]),
          Buffer.from(";\ninsert into t (a) values (99);"),
        ]);
        const whole = written.length === 0 ? null : read(new Uint8Array(text), size);
        if (whole === null) return;
        const expected = written.map(([a, b, c]) => ({
          a: shown(a as SqlValue),
          b: shown(b as SqlValue),
          c: shown(c as SqlValue),
        }));
        expect(rowsOf(whole)).toEqual([...expected, { a: 99 }]);
      }),
      { numRuns: 400 },
    );
  });

  test("whatever it holds, it neither throws nor hangs nor forgets the end", () => {
    const piece = fc.constantFrom(
      "insert into t (a) values (",
      "create table `t` (\n`a` int\n);",
      "'",
      '"',
      "\\",
      "`",
      "(",
      ")",
      ",",
      ";",
      "\n",
      "/*",
      "*/",
      "--",
      "delimiter ;;",
      "_binary ",
      "0x",
      "x'",
      "null",
      "12",
      " ",
      "\0",
      "é",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (parts, size) => {
          const text = parts.join("");
          const last = ";\n-- \ninsert into last (a) values (1);\n";
          // Whatever stands before, what is closed is read: a quote that is open swallows it by right.
          expect(() => read(text + last, size)).not.toThrow();
          expect(read(text, size)).toEqual(read(text, 1 << 20));
        },
      ),
      { numRuns: 600 },
    );
  });
});

function literal(value: SqlValue, how: string): Buffer {
  if (value === null) return Buffer.from("NULL");
  if (typeof value === "number") return Buffer.from(String(value));
  if (how === "hex") return Buffer.from(`0x${Buffer.from(value).toString("hex")}`);
  if (how === "bits") return Buffer.from(`_binary x'${Buffer.from(value).toString("hex")}'`);
  const out: number[] = [39];
  for (const byte of value) {
    if (byte === 39) out.push(...(how === "doubled" ? [39, 39] : [92, 39]));
    else if (byte === 92) out.push(92, 92);
    else if (byte === 0) out.push(92, 48);
    else if (byte === 10) out.push(92, 110);
    else if (byte === 26) out.push(92, 90);
    else out.push(byte);
  }
  return Buffer.from([...out, 39]);
}
