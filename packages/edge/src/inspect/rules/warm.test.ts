import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { loadRuleSet, type RuleSet } from "@egide/waf/rule-set.ts";
import type { Transaction } from "@egide/waf/run/transaction.ts";
import { ownRules } from "@egide/waf-rules/own.ts";
import { frame } from "#inspect/rules/preamble.ts";
import type { LoadedRules } from "#inspect/rules/shelf.ts";
import { Warmer } from "#inspect/rules/warm.ts";

/** Rules that say which transactions were begun on them. */
function watched(text?: string): { rules: LoadedRules; begun: Transaction[]; compiled: string[] } {
  const files = text === undefined ? ownRules : [{ name: "a.conf", text }];
  const { files: framed, overruled } = frame(files);
  const set = loadRuleSet(framed);
  const begun: Transaction[] = [];
  const compiled: string[] = [];
  const seen: Pick<RuleSet, "begin" | "warm"> = {
    begin(settings) {
      const transaction = set.begin(settings);
      begun.push(transaction);
      return transaction;
    },
    *warm() {
      for (const operator of set.warm()) {
        compiled.push(operator.argument);
        yield operator;
      }
    },
  };
  return { rules: { set: seen as RuleSet, overruled, stamp: "" }, begun, compiled };
}

test("a rehearsal is of requests that our own rules have nothing to say about", () => {
  const clock = new FakeClock();
  const { rules, begun, compiled } = watched();
  new Warmer(clock).add(rules);
  clock.advance(1000);
  expect(clock.pending).toBe(0);
  expect(compiled.length).toBeGreaterThan(50);
  expect(begun.length).toBeGreaterThan(1000);
  for (const transaction of begun) {
    const { matches, fault, unfinished, intervention } = transaction.outcome;
    expect({ matches, fault, unfinished, intervention }).toEqual({
      matches: [],
      fault: undefined,
      unfinished: [],
      intervention: undefined,
    });
  }
}, 60_000);

test("nothing of a rehearsal is left in collections that visitors share", () => {
  const clock = new FakeClock();
  const { rules, begun } = watched(`
SecAction "id:1,phase:1,pass,nolog,initcol:global=all,setvar:global.seen=+1"
SecRule GLOBAL:seen "@ge 1" "id:2,phase:1,pass,log,msg:'%{GLOBAL.seen}'"`);
  const visit = () => {
    const transaction = rules.set.begin();
    transaction.requestLine("GET", "/", "HTTP/1.1");
    transaction.requestHeaders([]);
    return transaction.finish().matches.map(({ message }) => message);
  };
  expect(visit()).toEqual(["1"]);
  new Warmer(clock).add(rules);
  clock.advance(1000);
  expect(begun.length).toBeGreaterThan(1000);
  expect(visit()).toEqual(["2"]);
}, 60_000);

test("whoever has something to do goes first", () => {
  const clock = new FakeClock();
  const { rules, begun } = watched('SecAction "id:1,phase:1,pass,nolog"');
  const late: Pick<FakeClock, "now" | "monotonic" | "after"> = {
    now: () => clock.now(),
    // Ever later than its timers: the thread is busy.
    monotonic: () => clock.monotonic() * 5,
    after: (ms, run) => clock.after(ms, run),
  };
  const warmer = new Warmer(late);
  warmer.add(rules);
  clock.advance(100);
  expect(begun.length).toBe(0);
  expect(clock.pending).toBe(1);
  warmer.close();
  expect(clock.pending).toBe(0);
});

test("what throws is left, and the next set is warmed all the same", () => {
  const clock = new FakeClock();
  const broken = watched('SecAction "id:1,phase:1,pass,nolog"');
  broken.rules.set.begin = () => {
    throw new Error("broken");
  };
  const sound = watched('SecAction "id:1,phase:1,pass,nolog"');
  const warmer = new Warmer(clock);
  warmer.add(broken.rules);
  warmer.add(sound.rules);
  clock.advance(1000);
  expect(sound.begun.length).toBeGreaterThan(1000);
  expect(clock.pending).toBe(0);
});
