import type { RuleSet } from "@egide/waf/rule-set.ts";

/** What one value may cost one pattern, and what a whole request may cost, in milliseconds of CPU. */
const patternBound = 20;
const requestBound = 150;
const sizes = [1024, 8192, 65_536];
/** Runs of these are what backtracking suffers from; each pattern's own literals come on top. */
const units = [
  " ",
  "a",
  "1",
  "<",
  "'",
  '"',
  "\\",
  "(",
  "/*",
  "a=",
  ",a",
  "a ",
  "1-",
  "-",
  ".",
  "a/",
  "&a",
  "\n",
  "$a",
  "a\xe9",
];

interface Cost {
  readonly id: number;
  readonly unit: string;
  readonly size: number;
  readonly ms: number;
}

/** Holds every operator of a rule set against hostile values of 1, 8 and 64 KB, and whole requests. */
export function runHostile(rules: RuleSet): number {
  for (const _ of rules.warm());
  const worst: Cost[] = [];
  let judged = 0;
  const scope = {
    gaveUp: () => undefined,
    locate: () => false,
    listed: () => false,
    lookUp: () => undefined,
  };
  for (const first of rules.rules.values()) {
    for (let rule: typeof first | undefined = first; rule !== undefined; rule = rule.next) {
      const { operator } = rule;
      if (operator === undefined || !operator.pure) continue;
      const own = (operator.literals ?? []).slice(0, 4).filter((literal) => literal.length > 1);
      for (const unit of [...units, ...own]) {
        for (const size of sizes) {
          const value = unit.repeat(Math.ceil(size / unit.length)).slice(0, size);
          const run = (): number => cpu(() => operator.test(value, scope));
          // A second look tells a busy machine (or a first compilation) from a slow pattern.
          let ms = run();
          for (let again = 0; again < 3 && ms > patternBound; again++) ms = Math.min(ms, run());
          judged++;
          if (ms > patternBound / 2) worst.push({ id: first.id, unit, size, ms });
        }
      }
    }
  }
  worst.sort((a, b) => b.ms - a.ms);
  for (const { id, unit, size, ms } of worst.slice(0, 10)) {
    console.log(`${ms.toFixed(1)} ms: rule ${id} on ${size} bytes of ${JSON.stringify(unit)}`);
  }
  const over = worst.filter(({ ms }) => ms > patternBound).length;
  console.log(`${judged} searches judged, ${over} over ${patternBound} ms`);
  return over + wholeRequests(rules);
}

function wholeRequests(rules: RuleSet): number {
  let over = 0;
  let worst = 0;
  for (const unit of [...units, "<script ", "' or ", "../", "a[]=1&", "=1&a"]) {
    const body = unit.repeat(Math.ceil(65_536 / unit.length)).slice(0, 65_536);
    const run = (): number =>
      cpu(() => {
        const transaction = rules.begin({ mode: "on", remoteAddress: "192.0.2.1" });
        transaction.requestLine("POST", `/?q=${body.slice(0, 8000)}`, "HTTP/1.1");
        transaction.requestHeaders([
          "Host",
          "h",
          "Content-Type",
          "application/x-www-form-urlencoded",
          "Cookie",
          body.slice(0, 8000),
          "Referer",
          body.slice(0, 8000),
          "Accept",
          body.slice(0, 4000),
        ]);
        transaction.requestBody(`a=${body}`);
        transaction.requestEnd();
        transaction.finish();
      });
    let ms = run();
    for (let again = 0; again < 3 && ms > requestBound; again++) ms = Math.min(ms, run());
    worst = Math.max(worst, ms);
    if (ms <= requestBound) continue;
    over++;
    console.log(`${ms.toFixed(0)} ms: a whole request of ${JSON.stringify(unit)}`);
  }
  console.log(`whole requests: at most ${worst.toFixed(0)} ms, ${over} over ${requestBound} ms`);
  return over;
}

function cpu(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}
