import { expect, test } from "bun:test";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import { testDesk } from "#respond/appeal/testing.ts";
import { Dress } from "#respond/dress.ts";
import { OwnPaths } from "#respond/own-paths.ts";
import { PASS_PATH, Passes } from "#respond/pass.ts";

const paths = new OwnPaths({
  drillKey: new Uint8Array(32),
  acmeAnswer: () => null,
  appeals: testDesk("", new FakeClock()),
  passes: new Passes(new Uint8Array(32)),
});
const reply = {
  dress: new Dress(respondPolicySchema.parse({})),
  requestId: "id",
  host: "example.org",
  time: 0,
  began: () => {},
  finished: () => {},
};

function post(zoneId: string): FakeExchange & { answered?: boolean } {
  const target = `${PASS_PATH}?order=a`;
  const exchange = new FakeExchange({ method: "POST", target });
  const who = {
    client: "192.0.2.1",
    authority: "example.org",
    bot: undefined,
    clearance: null,
    zone: null,
  };
  const request = { exchange, zoneId, target, time: 0, ...who };
  return Object.assign(exchange, { answered: paths.answer(request, reply) });
}

test("a host that nobody serves has no pass to give", () => {
  expect(post("").answered).toBe(false);
  const served = post("zone");
  expect([served.answered, served.status]).toEqual([true, 303]);
});
