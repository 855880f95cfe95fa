import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import { type Facts, NOTHING_SKIPPED } from "#facts.ts";
import { ALLOW } from "#verdict.ts";

/** What the pipeline knows of a request that was answered with 200, but for `more`. */
export function factsOf(init: FakeExchangeInit, more: Partial<Facts<null>> = {}): Facts<null> {
  return {
    exchange: new FakeExchange(init),
    requestId: "req-1",
    time: Date.UTC(2026, 5, 1, 12, 0, 0, 7),
    started: 100,
    zone: null,
    zoneId: "example.org",
    host: "example.org",
    authority: "example.org",
    target: init.target ?? "/",
    forward: init.target ?? "/",
    client: "192.0.2.77",
    country: "",
    asnum: 0,
    bot: undefined,
    gate: null,
    clearance: undefined,
    rules: null,
    skipped: NOTHING_SKIPPED,
    charges: null,
    view: null,
    verdict: ALLOW,
    code: null,
    fault: null,
    status: 200,
    cache: "none",
    originAsked: -1,
    originAnswered: -1,
    outcome: "complete",
    waf: null,
    ...more,
  };
}
