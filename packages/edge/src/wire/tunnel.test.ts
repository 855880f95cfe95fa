import { expect, test } from "bun:test";
import { FakeConn } from "@egide/testkit/fake-conn.ts";
import { ConnTunnel, joinTunnels } from "#wire/tunnel.ts";

function joined(visitorEnded = false) {
  const visitor = new FakeConn();
  const origin = new FakeConn();
  const over: string[] = [];
  const a = new ConnTunnel(visitor, null, () => {}, visitorEnded);
  const b = new ConnTunnel(origin, null, () => {});
  joinTunnels(a, b, () => over.push("over"));
  return { visitor, origin, over };
}

test("each direction ends by itself", () => {
  const { visitor, origin, over } = joined();
  visitor.receive("to the origin");
  visitor.finish();
  expect(origin.text).toBe("to the origin");
  expect(origin.isEnded).toBe(true);
  origin.receive("still to the visitor");
  expect(visitor.text).toBe("still to the visitor");
  origin.finish();
  expect(visitor.isEnded).toBe(true);
  expect(over).toEqual(["over"]);
});

test("a visitor who had ended his side before the switch is known to have", () => {
  const { origin } = joined(true);
  expect(origin.isEnded).toBe(true);
});

test("a visitor who ended his side and is then lost does not leave the origin's side open", () => {
  const { visitor, origin, over } = joined();
  visitor.finish();
  visitor.isFull = true;
  origin.receive("more than he takes");
  expect(origin.isPaused).toBe(true);
  visitor.lose();
  expect(origin.isAborted).toBe(true);
  expect(over).toEqual(["over"]);
});

test("closing after both sides have ended drops nothing that is on its way", () => {
  const { visitor, origin, over } = joined();
  visitor.isFull = true;
  origin.receive("the last");
  visitor.finish();
  origin.resume();
  origin.finish();
  origin.lose(null);
  expect(visitor.isAborted).toBe(false);
  expect(visitor.isEnded).toBe(true);
  expect(over).toEqual(["over"]);
});
