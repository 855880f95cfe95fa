import type { RuleSet } from "@egide/waf/rule-set.ts";
import type { TransactionSettings } from "@egide/waf/run/settings.ts";
import type { CollectionStore } from "@egide/waf/run/stored.ts";
import { zoneVariables } from "#inspect/rules/preamble.ts";
import type { LoadedRules } from "#inspect/rules/shelf.ts";

/** Requests after which little is compiled any more: docs/adr/0201. */
const REQUESTS = 2000;

const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
];
const WORDS =
  "a quiet morning by the river, (all five) boats went out & came back; 12 birds and a heron".split(
    " ",
  );
const PAGE = `<!doctype html><title>Rehearsal</title><p>${WORDS.join(" ")}</p>`;

const nowhere: CollectionStore = { load: () => undefined, save: () => undefined };

/**
 * Sends requests of made-up visitors through a rule set, one a step. The runtime compiles code for what
 * runs often; whoever comes first after a start would else wait for it, some milliseconds each. Nothing
 * is left of them: their collections are empty ones of their own, and kept nowhere.
 */
export function* rehearse({ set, overruled }: LoadedRules): Generator<undefined, void> {
  const levels = { paranoia: 1, detection: 1, inbound: 5, outbound: 4 };
  const variables = zoneVariables(levels, overruled);
  const settings: TransactionSettings = { mode: "on", failMode: "open", variables, store: nowhere };
  for (let i = 0; i < REQUESTS; i++) {
    if (i % 5 === 4) post(set, settings, i);
    else get(set, settings, i);
    yield;
  }
}

function get(set: RuleSet, settings: TransactionSettings, i: number): void {
  const transaction = set.begin(settings);
  transaction.requestLine("GET", `/${pick(i)}/${i}?page=${i % 9}&q=${text(i, 3)}`, "HTTP/1.1");
  transaction.requestHeaders(fields(i));
  transaction.requestEnd();
  transaction.response(200, "HTTP/1.1", ["Content-Type", "text/html; charset=utf-8"]);
  transaction.responseBody(PAGE);
  transaction.responseEnd();
}

function post(set: RuleSet, settings: TransactionSettings, i: number): void {
  const isJson = i % 2 === 0;
  const body = isJson
    ? JSON.stringify({ id: i, tags: [`t${i % 9}`], note: WORDS.join(` ${i} `) })
    : `name=${text(i, 2)}&mail=m${i}%40example.org&text=${text(i, 120)}`;
  const transaction = set.begin(settings);
  transaction.requestLine("POST", `/${pick(i)}`, "HTTP/1.1");
  const type = isJson ? "application/json" : "application/x-www-form-urlencoded";
  const length = String(body.length);
  transaction.requestHeaders([...fields(i), "Content-Type", type, "Content-Length", length]);
  transaction.requestBody(body);
  transaction.requestEnd();
}

function fields(i: number): string[] {
  return [
    ["Host", "example.org"],
    ["User-Agent", AGENTS[i % AGENTS.length] as string],
    ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
    ["Accept-Language", "fr,fr-FR;q=0.8,en;q=0.5"],
    ["Accept-Encoding", "gzip, deflate, br, zstd"],
    ["Referer", `https://example.org/${pick(i + 1)}/${i % 50}`],
    ["Cookie", `session=${(i * 7919).toString(36)}; seen=${i}; theme=dark`],
    ["Sec-Fetch-Mode", "navigate"],
  ].flat();
}

function pick(i: number): string {
  return encodeURIComponent(WORDS[i % WORDS.length] as string);
}

/** Words as a form sends them, others for each `i`. */
function text(i: number, count: number): string {
  let out = `${i}+%C3%A9t%C3%A9`;
  for (let at = i; at < i + count; at++) out += `+${pick(at)}`;
  return out;
}
