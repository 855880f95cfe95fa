import { expect, test } from "bun:test";
import fc from "fast-check";
import { keptResponseHead, responseHead } from "#accept/h1/head-text.ts";
import type { KeptHead } from "#exchange.ts";
import type { HeadText } from "#wire/conn.ts";
import { fieldBytes, putFields } from "#wire/latin1.ts";

const NOW = Date.UTC(2026, 5, 1, 12);

function written(head: HeadText, fields: string[]): string[] {
  const most = head.most + fieldBytes(fields);
  const into = Buffer.alloc(most);
  const end = head.after(into, putFields(into, fields, head.before(into, 0)));
  expect(end).toBeLessThanOrEqual(most);
  return into.toString("latin1", 0, end).split("\r\n");
}

const fields = fc
  .array(
    fc.tuple(
      fc.stringMatching(/^[A-Za-z-]{1,12}$/),
      fc.stringMatching(/^[!-~\u00a0-\u00ff]{0,90}$/),
    ),
    {
      maxLength: 6,
    },
  )
  .map((pairs) => pairs.flat());

test("a head that is kept says what one that is not says, but for the order of its fields", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(403, 429, 503),
      fields,
      fc.array(fc.record({ own: fields, length: fc.nat(), isLast: fc.boolean() }), {
        minLength: 1,
        maxLength: 3,
      }),
      (status, common, answers) => {
        const kept: KeptHead = { status, fields: common, wire: null };
        for (const { own, length, isLast } of answers) {
          const connection = isLast ? "Connection: close\r\n" : "";
          const plain = responseHead.of(status, "");
          Object.assign(plain, { now: NOW, length, connection });
          const [line, ...lines] = written(plain, [...common, ...own]);
          const head = keptResponseHead.of(kept, length, NOW);
          head.connection = connection;
          const [keptLine, ...keptLines] = written(head, own);
          expect(keptLine).toBe(line as string);
          expect(keptLines.slice(-2)).toEqual(["", ""]);
          expect(keptLines.toSorted()).toEqual(lines.toSorted());
        }
      },
    ),
  );
});
