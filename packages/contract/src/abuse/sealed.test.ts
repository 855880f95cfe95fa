import { describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import fc from "fast-check";
import { abuseJsonSchema } from "#abuse/message.ts";
import { SeenInMemory } from "#abuse/replay.ts";
import {
  AHEAD_MS,
  expectKind,
  OLDEST_MS,
  openMessage,
  type Sealed,
  sealMessage,
} from "#abuse/sealed.ts";
import { isFinal, newerStatus } from "#abuse/sequence.ts";
import { STATUS_STATES, type Status } from "#abuse/status.ts";
import { exampleMessages, exampleXarf } from "#abuse/testing/messages.ts";
import { publicKeyOf, signingKeyOf, signText } from "#signing.ts";

const key = signingKeyOf(new Uint8Array(32).fill(3));
const stranger = signingKeyOf(new Uint8Array(32).fill(4));
const half = publicKeyOf(key.publicText);
if (half === null) throw new Error("not a key");
const trusted = new Map([["board.example", half]]);
const now = Date.parse("2026-01-01T00:00:02Z");
const opening = { trusted, self: "provider.example", now };
const [report] = exampleMessages;
if (report === undefined) throw new Error("no examples");

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return "taken";
}

describe("sealed messages", () => {
  test.each(exampleMessages)("of kind $kind open to what was sealed", (message) => {
    const wire = JSON.parse(JSON.stringify(sealMessage(message, key)));
    expect(openMessage(wire, opening)).toEqual(message);
  });

  const sealed = sealMessage(report, key);
  const payload = sealed.payload.replace("R-1", "R-2");
  const resign = (text: string): Sealed => ({
    ...sealed,
    payload: text,
    signature: signText("egide abuse v1\n", text, key),
  });

  test.each([
    ["abuse.malformed", null, {}],
    ["abuse.malformed", { ...sealed, alg: "none" }, {}],
    ["abuse.unknown_key", sealMessage(report, stranger), {}],
    ["abuse.unknown_key", sealMessage({ ...report, from: "other.example" }, key), {}],
    ["abuse.bad_signature", { ...sealed, payload }, {}],
    ["abuse.bad_signature", { ...sealed, signature: signText("other\n", sealed.payload, key) }, {}],
    ["abuse.invalid", resign("{}"), {}],
    ["abuse.invalid", resign("not json"), {}],
    ["abuse.not_for_us", sealed, { self: "other.example" }],
    ["abuse.stale", sealed, { now: now + OLDEST_MS }],
    ["abuse.stale", sealed, { now: now - AHEAD_MS - 2000 }],
  ] as const)("%s", (code, input, change) => {
    expect(codeOf(() => openMessage(input, { ...opening, ...change }))).toBe(code);
  });

  test("what is not a message cannot be sealed by mistake", () => {
    expect(() => sealMessage({ ...report, id: "1" }, key)).toThrow();
  });

  test("one side takes only the kinds that are meant for it", () => {
    expect(expectKind(report, "report").body).toEqual(exampleXarf);
    expect(codeOf(() => expectKind(report, "status", "notice"))).toBe("abuse.unexpected");
  });
});

test("a message is taken once", async () => {
  const seen = new SeenInMemory();
  expect(await seen.take(report.id, now)).toBe(true);
  expect(await seen.take(report.id, now + 1)).toBe(false);
  await seen.forgetBefore(now);
  expect(await seen.take(report.id, now + 2)).toBe(false);
  await seen.forgetBefore(now + 1);
  expect(await seen.take(report.id, now + 3)).toBe(true);
});

test("words on one report end the same in whatever order, and however often, they come", () => {
  const order = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 });
  fc.assert(
    fc.property(order, fc.array(fc.integer({ min: 1, max: 5 })), (once, again) => {
      let known: Status | null = null;
      for (const sequence of [...once, ...again]) known = newerStatus(known, word(sequence));
      expect(known).toEqual(word(5));
    }),
  );
  expect(STATUS_STATES.filter(isFinal)).toEqual(["acted", "no-action", "duplicate", "withdrawn"]);
});

function word(sequence: number): Status {
  const report = exampleXarf.report_id;
  const state = STATUS_STATES[sequence - 1] as Status["state"];
  return { report, sequence, state, at: "2026-01-01T00:00:00Z", text: "" };
}

test("the JSON Schema names every kind of message", () => {
  const text = JSON.stringify(abuseJsonSchema());
  for (const { kind } of exampleMessages) expect(text).toContain(`"const":"${kind}"`);
  expect(text).toContain("x_threat_to_life");
});
