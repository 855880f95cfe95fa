import { FakeClock } from "@egide/std/fake-clock.ts";
import { processJson } from "#body/json.ts";
import { processMultipart } from "#body/multipart.ts";
import { type BodyLimits } from "#body/processor.ts";
import { processUrlencoded } from "#body/urlencoded.ts";
import { processXml } from "#body/xml.ts";
import {
  type FuzzRequest,
  Random,
  someJson,
  someMultipart,
  someRequest,
  someValue,
} from "#fuzz/inputs.ts";
import { fuzzRules, sealedRules } from "#fuzz/rules.ts";
import { RuleError } from "#parse/position.ts";
import { loadRuleSet, type LoadOptions, type RuleFile, type RuleSet } from "#rule-set.ts";
import type { Outcome } from "#run/outcome.ts";
import type { TransactionSettings } from "#run/settings.ts";
import type { Target } from "#rule/model.ts";

/** One round of a target: a description of what went wrong, or undefined. */
export type FuzzTarget = (random: Random) => string | undefined;

const limits: BodyLimits = {
  argumentSeparator: "&",
  argumentsLimit: 50,
  jsonDepthLimit: 20,
  xmlDepthLimit: 20,
  uploadFileLimit: 5,
  partLimit: 20,
};

/** Body processors never throw, never pass their limits, and are the same when asked again. */
export const bodies: FuzzTarget = (random) => {
  const junk = someValue(random) + someValue(random);
  const runs = [
    processJson(random.below(2) === 0 ? someJson(random) : junk, "", limits),
    processXml(`<a>${junk}</a>`, "", limits),
    processXml(junk, "", limits),
    processUrlencoded(junk, "", limits),
    processMultipart(
      random.below(2) === 0 ? someMultipart(random) : junk,
      "multipart/form-data; boundary=b",
      limits,
    ),
  ];
  return runs.some((run) => run.args.length > limits.argumentsLimit)
    ? "more arguments than allowed"
    : undefined;
};

const pieces = [
  "SecRule",
  "SecAction",
  "ARGS",
  "|",
  "!",
  "&",
  ":/a/",
  '"',
  "'",
  "@rx ",
  "(",
  "[",
  "\\",
  "\n",
  "id:1",
  ",",
  "t:none",
  "setvar:tx.a=1",
  "chain",
  "%{tx.a}",
  "SecMarker",
  " ",
  "#",
  "ctl:ruleRemoveById=1",
  "phase:2",
  "deny",
];

/** Whatever the text, loading either succeeds or says where it failed. */
export const parser: FuzzTarget = (random) => {
  let text = "";
  if (random.below(2) === 0) {
    const at = random.below(fuzzRules.length);
    text = fuzzRules.slice(0, at) + random.pick(pieces) + fuzzRules.slice(at + random.below(4));
  } else for (let i = random.below(30); i >= 0; i--) text += random.pick(pieces);
  try {
    loadRuleSet([{ name: "fuzz.conf", text }]);
    return undefined;
  } catch (error) {
    if (error instanceof RuleError && error.position.line >= 1 && error.position.column >= 1)
      return undefined;
    return `loading failed without a place: ${String(error)}\n${text}`;
  }
};

/** The plan finds what plain evaluation finds: the same matches, in the same order, with the same data. */
export function differential(
  files: readonly RuleFile[],
  data: LoadOptions["data"] = [],
): FuzzTarget {
  // Requests come seconds apart, so that all shapes that come back are known.
  const clock = new FakeClock();
  const planned = loadRuleSet(files, { data, clock });
  const plain = loadRuleSet(files, { data, clock, prefilter: false });
  const zones = [zonesOf(planned), zonesOf(plain)] as const;
  // Requests that come back, and parts of them in others, meet what was remembered of them.
  const recent: FuzzRequest[] = [];
  return (random) => {
    clock.advance(5000);
    const request =
      recent.length > 20 && random.below(3) === 0 ? again(recent, random) : someRequest(random);
    recent.push(request);
    if (recent.length > 64) recent.shift();
    const zone = random.below(zones[0].length);
    const a = summary(runRequest(planned, request, zones[0][zone]));
    const b = summary(runRequest(plain, request, zones[1][zone]));
    if (a === b) return undefined;
    return `planned:\n${a}\nplain:\n${b}\nfor zone ${zone}, ${JSON.stringify(request)}`;
  };
}

/** A request made of the parts of one or two that were sent before. */
function again(recent: readonly FuzzRequest[], random: Random): FuzzRequest {
  const first = random.pick(recent);
  const second = random.below(2) === 0 ? first : random.pick(recent);
  const { method, target, response } = second;
  return { ...first, method, target, response };
}

/** Zones with different levels, exclusions and modes on one rule set. */
function zonesOf(rules: RuleSet): TransactionSettings[] {
  const level = (value: string): Record<string, string> => ({
    level: value,
    detection_paranoia_level: value,
    blocking_paranoia_level: value,
  });
  const without = rules.overlay.withoutRules({ kind: "id", ranges: [[12, 16]] });
  const target: Target = {
    variable: "ARGS",
    selector: { kind: "name", lower: "b" },
    count: false,
  };
  const spared = without.withoutTargets({ kind: "id", ranges: [[1, 999_999]] }, [target]);
  return [
    {},
    { variables: level("1") },
    { variables: level("2"), overlay: without },
    { variables: level("4"), overlay: spared },
    { variables: { ...level("3"), header_x: "1", made_up: "/referer/" }, mode: "on" },
  ];
}

export function runRequest(
  rules: RuleSet,
  request: FuzzRequest,
  settings: TransactionSettings = {},
): Outcome {
  const common = { remoteAddress: "192.0.2.1", id: "fuzz", budgetMs: 60_000 };
  const transaction = rules.begin({ ...common, ...settings });
  transaction.requestLine(request.method, request.target, "HTTP/1.1");
  transaction.requestHeaders(request.headers);
  transaction.requestBody(request.body);
  transaction.requestEnd();
  transaction.response(200, "HTTP/1.1", ["Content-Type", "text/html"]);
  transaction.responseBody(request.response);
  transaction.responseEnd();
  return transaction.finish();
}

function summary(outcome: Outcome): string {
  const lines = outcome.matches.map(
    (match) => `${match.ruleId} ${match.variable} ${match.excerpt} ${match.data} ${match.message}`,
  );
  const fault = outcome.fault === undefined ? "" : `fault ${Bun.inspect(outcome.fault)}`;
  return [
    ...lines,
    `${outcome.droppedMatches} ${outcome.inboundScore} ${outcome.unfinished.join()} ${fault}`,
  ].join("\n");
}

/** The targets that need nothing but this package. */
export function ownTargets(): Readonly<Record<string, FuzzTarget>> {
  const [whole, sealed] = [fuzzRules, sealedRules].map((text) => [{ name: "fuzz.conf", text }]) as [
    RuleFile[],
    RuleFile[],
  ];
  return { parser, bodies, prefilter: differential(whole), sealed: differential(sealed) };
}
