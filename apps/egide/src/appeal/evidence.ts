import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Appeal } from "@egide/contract/appeal.ts";
import { banFileSchema } from "@egide/contract/ban.ts";
import type { Config } from "@egide/contract/config.ts";
import { recordedRequestSchema } from "@egide/contract/recorded-request.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { findDecision } from "#mitigation/decision-log.ts";

/**
 * What a contested decision rested on, in lines for the operator: from the files of the installation,
 * so that it can be looked at while nothing runs. `config`: null where there is none to read.
 */
export function evidenceOf(appeal: Appeal, state: string, config: Config | null): string[] {
  const { kind, zone, rule, time } = appeal.receipt;
  switch (kind) {
    case "mitigation": {
      // The receipt's time is that of the request, which came after the rule.
      const found = findDecision(state, zone, rule, Date.parse(time) + 1000);
      if (found === null) return ["the decision is not among those that are kept"];
      const { at, expression, figures, measure } = found;
      return [`made ${new Date(at).toISOString()}: ${measure} where ${expression}`, figures];
    }
    case "rule":
    case "limit":
      return configured(appeal, config);
    case "bot":
      return [`bots of the category ${rule}: see the zone's setting \`bots\``];
    case "waf":
      return inspected(appeal, state);
    case "ban":
      return banned(appeal, state);
  }
}

function configured({ receipt }: Appeal, config: Config | null): string[] {
  const zone = config?.zones.find(({ id }) => id === receipt.zone);
  if (zone === undefined) return ["the zone is not in the configuration that was read"];
  const rules = receipt.kind === "rule" ? zone.rules : zone.rateLimits;
  const rule = rules.find(({ id }) => id === receipt.rule);
  if (rule === undefined) return ["the configuration has no such rule any more"];
  return [`as the configuration has it now: ${JSON.stringify(rule)}`];
}

/** The zone's sample of requests may hold the very one, with the rules that it matched. */
function inspected({ receipt }: Appeal, state: string): string[] {
  const last = `rule ${receipt.rule} refused it: egide rules explain ${receipt.rule}`;
  const record = findRecord(join(state, "samples"), receipt.zone, receipt.request);
  if (record === null) {
    const where = `grep ${receipt.request} in the request log: its field waf lists all matches`;
    return [last, `not in the zone's sample; ${where}`];
  }
  const { method, target, waf } = record;
  const matched = `score ${waf.inboundScore}, rules ${waf.rules.join(" ")}`;
  return [last, `${method} ${JSON.stringify(target)}: ${matched}`];
}

function findRecord(folder: string, zone: string, request: string) {
  for (const name of namesIn(folder)) {
    if (!name.startsWith(`${zone}.`)) continue;
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (!line.includes(request)) continue;
      const record = recordedRequestSchema.safeParse(parse(line));
      if (record.data?.requestId === request) return record.data;
    }
  }
  return null;
}

function banned({ address }: Appeal, state: string): string[] {
  if (address === null) return ["contested from another address: whose ban it is can't be told"];
  let text: string;
  try {
    text = readFileSync(join(state, "bans.json"), "utf8");
  } catch {
    return [`${address} is not banned any more`];
  }
  const bans = banFileSchema.safeParse(parse(text)).data?.bans ?? [];
  const around = bans.filter(({ prefix }) => new CidrSet([prefix]).has(address));
  if (around.length === 0) return [`${address} is not banned any more`];
  return around.map(({ prefix, by, since, evidence }) => {
    return `${prefix} since ${new Date(since).toISOString()} by ${by}: ${evidence}`;
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
