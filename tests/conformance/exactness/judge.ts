import { echoReply, type RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import { llhttpRequests } from "@egide/testkit/reference/llhttp.ts";
import {
  type Field,
  type ReferenceRequest,
  type ReferenceResponse,
  valuesOf,
} from "@egide/testkit/reference/message.ts";
import { readRequests } from "@egide/testkit/reference/request.ts";
import type { Expectation, ExpectedRequest } from "./case.ts";

/** What the client's side of a case saw. */
export interface ClientView {
  /** Final status, or 0 for a connection or stream that was closed without one. */
  readonly statuses: readonly number[];
  readonly responses: readonly ReferenceResponse[];
  /** What was wrong with the bytes that came back, or null. */
  readonly malformed: string | null;
  readonly closed: boolean;
}

const CANARY = "/canary/";

export function canaryTarget(id: string): string {
  return CANARY + encodeURIComponent(id);
}

/** Sets the origin up for a case: its own answer for its requests, the usual one for the canary. */
export function scriptOrigin(
  origin: RecordingOrigin,
  reply: ((request: ReferenceRequest) => ReturnType<typeof echoReply>) | undefined,
): void {
  origin.forget();
  if (reply === undefined) return;
  origin.reply = (request) =>
    request.target.startsWith(CANARY) ? echoReply(request) : reply(request);
}

/** The requests of the case that reached the origin whole. */
export function arrived(origin: RecordingOrigin): ReferenceRequest[] {
  return origin.requests
    .map(({ request }) => request)
    .filter(({ target }) => !target.startsWith(CANARY));
}

/** Everything that is wrong with how a case went; empty where all is well. */
export function judge(expect: Expectation, view: ClientView, origin: RecordingOrigin): string[] {
  const complaints: string[] = [];
  const requests = arrived(origin);
  if (view.malformed !== null) complaints.push(`the answer is malformed: ${view.malformed}`);
  complaints.push(
    ...origin.violations.map((fault) => `the origin was sent something bad: ${fault}`),
  );
  complaints.push(...disagreements(origin));
  const seen = view.statuses.join(", ") || "nothing";
  switch (expect.kind) {
    case "refuse":
      complaints.push(...judgeRefusal(expect, view, origin, requests));
      break;
    case "forward": {
      const wanted = expect.statuses ?? expect.requests.map(() => 200);
      if (view.statuses.join() !== wanted.join()) {
        complaints.push(`answered ${seen} instead of ${wanted.join(", ")}`);
      }
      complaints.push(...compareRequests(expect.requests, requests));
      if (expect.closes && !view.closed) complaints.push("the connection stayed open");
      break;
    }
    case "either": {
      const [status = 0] = view.statuses;
      if (requests.length === 0 && expect.status.includes(status)) break;
      if (status !== 200) complaints.push(`answered ${seen}`);
      complaints.push(...compareRequests([expect.request], requests));
      break;
    }
    default:
      expect satisfies never;
  }
  return complaints;
}

function judgeRefusal(
  expect: Expectation & { kind: "refuse" },
  view: ClientView,
  origin: RecordingOrigin,
  requests: readonly ReferenceRequest[],
): string[] {
  const complaints: string[] = [];
  const [status = 0] = view.statuses;
  if (!expect.status.includes(status)) {
    complaints.push(`answered ${status} instead of ${expect.status.join(" or ")}`);
  }
  if (view.statuses.length > 1) complaints.push(`answered ${view.statuses.length} times`);
  if (expect.closes && !view.closed) complaints.push("the connection stayed open");
  for (const { method, target, body } of requests) {
    complaints.push(
      `the origin carried out ${method} ${target} ${JSON.stringify(body.slice(0, 60))}`,
    );
  }
  if (expect.stage === "head" && requests.length === 0) {
    for (const bytes of origin.recorded().values()) {
      const { consumed } = readRequests(bytes);
      if (consumed < bytes.length) {
        const text = bytes.toString("latin1", consumed, consumed + 120);
        complaints.push(`the origin was sent ${JSON.stringify(text)}`);
      }
    }
  }
  return complaints;
}

function compareRequests(
  wanted: readonly ExpectedRequest[],
  got: readonly ReferenceRequest[],
): string[] {
  if (wanted.length !== got.length) {
    const list = got.map(({ method, target }) => `${method} ${target}`).join(", ");
    return [`${got.length} requests arrived instead of ${wanted.length}: ${list}`];
  }
  return wanted.flatMap((each, i) => compareRequest(each, got[i] as ReferenceRequest));
}

function compareRequest(wanted: ExpectedRequest, got: ReferenceRequest): string[] {
  const complaints: string[] = [];
  const compare = (what: string, is: string, want: string): void => {
    if (is !== want) complaints.push(`${what} arrived as ${short(is)} instead of ${short(want)}`);
  };
  compare("method", got.method, wanted.method);
  compare("target", got.target, wanted.target);
  if (wanted.body !== undefined) compare("body", got.body, wanted.body);
  for (const [name, value] of Object.entries(wanted.has ?? {})) {
    const is = valuesOf(got.fields, name).join(", ");
    const present = valuesOf(got.fields, name).length > 0;
    const fits = typeof value === "string" ? is === value : value.test(is);
    if (!present || !fits) complaints.push(`${name} arrived as ${short(is)} instead of ${value}`);
  }
  for (const name of wanted.lacks ?? []) {
    if (valuesOf(got.fields, name).length > 0) complaints.push(`${name} was passed on`);
  }
  return complaints;
}

/** Where llhttp reads what the origin was sent differently from the reference parser. */
function disagreements(origin: RecordingOrigin): string[] {
  const complaints: string[] = [];
  for (const bytes of origin.recorded().values()) {
    const reference = readRequests(bytes);
    if (reference.malformed !== null) complaints.push(`sent on: ${reference.malformed}`);
    const whole = bytes.subarray(0, reference.consumed);
    // llhttp knows a list of methods and no byte from 0x80 in a target: what it refuses for that alone
    // it can't judge.
    const { messages, error } = llhttpRequests(whole);
    const highByte = reference.requests.some(({ target }) => /[\x80-\xff]/.test(target));
    const unknown = highByte ? /^HPE_INVALID_(METHOD|URL)/ : /^HPE_INVALID_METHOD/;
    if (error !== null && unknown.test(error)) continue;
    const complete = messages.filter((message) => message.complete);
    const ours = reference.requests.map((r) => summary(r.method, r.target, r.body, r.fields));
    const theirs = complete.map((m) => summary(m.method, m.target, m.body, m.fields));
    const upgraded = complete.some((message) => message.upgrade);
    if (error !== null || (!upgraded && ours.join("\n") !== theirs.join("\n"))) {
      complaints.push(
        `llhttp reads the origin's bytes differently: ${error ?? theirs.join(" | ")}`,
      );
    }
  }
  return complaints;
}

function summary(method: string, target: string, body: string, fields: readonly Field[]): string {
  return JSON.stringify([method, target, body, valuesOf(fields, "host")]);
}

function short(text: string): string {
  return text.length > 120 ? `${JSON.stringify(text.slice(0, 120))}…` : JSON.stringify(text);
}
