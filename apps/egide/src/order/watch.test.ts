import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Order, orderSchema } from "@egide/contract/order.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { Problem } from "#config/problem.ts";
import { readOrders, removeOrder, writeOrder } from "#order/store.ts";
import { type OrderWatch, watchOrders } from "#order/watch.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "egide-orders-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function order(id: string): Order {
  return orderSchema.parse({
    id,
    zone: "example.org",
    measure: "block",
    publicReason: { en: "Test.", fr: "Essai." },
    starts: "2026-01-01T00:00:00Z",
    issuer: "Test",
    reference: "T/1",
  });
}

describe("files of orders", () => {
  test("what is written is read, and leaves nothing else behind", () => {
    writeOrder(directory, order("a"));
    writeOrder(directory, order("b"));
    expect(readOrders(directory)).toEqual({ orders: [order("a"), order("b")], problems: [] });
    expect(readdirSync(directory)).toEqual(["a.json", "b.json"]);
    expect(readFileSync(join(directory, "a.json"), "utf8")).toEndWith("}\n");
  });

  test("an order is lifted by its id, whatever its file is called", () => {
    writeFileSync(join(directory, "case 12.yaml"), JSON.stringify(order("a")));
    writeFileSync(join(directory, "broken.json"), "{");
    expect(removeOrder(directory, "nothing")).toBeNull();
    expect(removeOrder(directory, "a")).toEndWith("case 12.yaml");
    expect(removeOrder(directory, "broken")).toEndWith("broken.json");
    expect(readdirSync(directory)).toEqual([]);
  });

  test("two files with one id are a mistake", () => {
    writeOrder(directory, order("a"));
    writeFileSync(join(directory, "b.yaml"), JSON.stringify(order("a")));
    expect(readOrders(directory).problems[0]?.message).toContain('"a" is already in');
  });

  test("a directory that is not there holds no orders", () => {
    expect(readOrders(join(directory, "none"))).toEqual({ orders: [], problems: [] });
  });
});

describe("watching", () => {
  const clock = new FakeClock();
  let watch: OrderWatch;
  const changes: string[][] = [];
  const refusals: (readonly Problem[])[] = [];
  let touch = (): void => {};

  beforeEach(() => {
    changes.length = 0;
    refusals.length = 0;
  });
  afterEach(() => {
    watch.close();
    expect(clock.pending).toBe(0);
  });

  function begin(): void {
    watch = watchOrders(
      directory,
      clock,
      {
        changed: (orders) => changes.push(orders.map(({ id }) => id)),
        refused: (problems) => refusals.push(problems),
      },
      (_directory, touched) => {
        touch = touched;
        return { close: () => {} };
      },
    );
  }

  test("what is there at the start is in force at once", () => {
    writeOrder(directory, order("a"));
    begin();
    expect(changes).toEqual([["a"]]);
  });

  test("a word of the file system is enough, and so is its silence", () => {
    begin();
    writeOrder(directory, order("a"));
    touch();
    clock.advance(50);
    expect(changes).toEqual([[], ["a"]]);
    writeOrder(directory, order("b"));
    clock.advance(500);
    expect(changes.at(-1)).toEqual(["a", "b"]);
    removeOrder(directory, "a");
    clock.advance(500);
    expect(changes.at(-1)).toEqual(["b"]);
    clock.advance(5000);
    expect(changes).toHaveLength(4);
  });

  test("a broken file is reported once, and the last good set stays whole", () => {
    writeOrder(directory, order("a"));
    begin();
    writeFileSync(join(directory, "broken.yaml"), "measure: blok");
    writeOrder(directory, order("b"));
    clock.advance(5000);
    expect(changes).toEqual([["a"]]);
    expect(watch.orders.map(({ id }) => id)).toEqual(["a"]);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]?.some(({ suggestion }) => suggestion === 'did you mean "block"?')).toBe(
      true,
    );
    rmSync(join(directory, "broken.yaml"));
    clock.advance(500);
    expect(changes.at(-1)).toEqual(["a", "b"]);
  });

  test("at the start there is no last good set: sound orders are in force beside a broken one", () => {
    writeOrder(directory, order("a"));
    writeFileSync(join(directory, "broken.yaml"), "[");
    begin();
    expect(changes).toEqual([["a"]]);
    expect(refusals).toHaveLength(1);
  });
});
