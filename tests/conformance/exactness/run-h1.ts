import type { RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import { RawClient, WaitTimeout } from "@egide/testkit/raw-client.ts";
import { readResponses, type ResponseReading } from "@egide/testkit/reference/response.ts";
import type { Target } from "../target/target.ts";
import type { H1Case } from "./case.ts";
import { arrived, canaryTarget, type ClientView, judge, scriptOrigin } from "./judge.ts";

/** How long an answer may take, and how long we watch a connection that may stay silent. */
const PATIENCE_MS = 3000;
const SILENCE_MS = 400;

/** Runs one case on a connection of its own, then sees that the next visitor is not affected. */
export async function runH1Case(
  target: Target,
  origin: RecordingOrigin,
  each: H1Case,
): Promise<string[]> {
  scriptOrigin(origin, each.reply);
  const client = await RawClient.connect({ port: target.h1 });
  try {
    await sendParts(client, each.send);
    const methods = methodsOf(each);
    const tunnel = await converse(client, each, methods);
    const reading = readResponses(client.received, methods, client.ended);
    const view = viewOf(reading, client.ended);
    const canary = await sendCanary(target.h1, each.id);
    const complaints = [...judge(each.expect, view, origin), ...canary];
    const seen = { responses: reading.responses, requests: arrived(origin), tunnel };
    const special = complaints.length === 0 ? (each.check?.(seen) ?? null) : null;
    return special === null ? complaints : [...complaints, special];
  } finally {
    client.destroy();
  }
}

async function sendParts(client: RawClient, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    client.send(part);
    // A turn of the event loop between two writes keeps them in packets of their own.
    if (parts.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

function methodsOf(each: H1Case): string[] {
  if (each.expect.kind === "forward") return each.expect.requests.map(({ method }) => method);
  return [each.send.join("").startsWith("HEAD ") ? "HEAD" : "GET"];
}

function finals(reading: ResponseReading): number {
  return reading.responses.filter(({ status }) => status >= 200 || status === 101).length;
}

/** Waits for what the case is to bring. Running out of time is no error here: the judge sees it. */
async function converse(client: RawClient, each: H1Case, methods: string[]): Promise<string> {
  const { expect } = each;
  const wanted = expect.kind === "forward" ? (expect.statuses ?? expect.requests).length : 1;
  const maySilent = expect.kind === "refuse" && expect.status.includes(0) && !expect.closes;
  const patience = maySilent ? SILENCE_MS : PATIENCE_MS;
  const read = (): ResponseReading => readResponses(client.received, methods, client.ended);
  let tunnel = "";
  try {
    if (each.afterwards !== undefined) {
      await client.until(
        () => (client.ended || read().responses.length > 0 ? true : undefined),
        patience,
      );
      client.send(each.afterwards);
    }
    await client.until(() => {
      const reading = read();
      const over = client.ended || reading.malformed !== null || finals(reading) >= wanted;
      return over ? true : undefined;
    }, patience);
    if (read().responses.some(({ status }) => status === 101) && each.afterwards !== undefined) {
      const length = each.afterwards.length;
      tunnel = await client.until((received) => {
        const text = received.toString("latin1", read().consumed);
        return text.length >= length ? text : undefined;
      }, patience);
    }
    const closes =
      expect.kind === "refuse" ? expect.closes : expect.kind === "forward" && expect.closes;
    if (closes === true) await client.untilEnd(patience);
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
  }
  return tunnel;
}

function viewOf(reading: ResponseReading, closed: boolean): ClientView {
  const last = reading.responses.filter(({ status }) => status >= 200 || status === 101);
  const cut = last.find(({ complete }) => !complete);
  return {
    statuses: last.map(({ status }) => status),
    responses: reading.responses,
    malformed: reading.malformed ?? (cut === undefined ? null : "cut off before its end"),
    closed,
  };
}

/**
 * A visitor who comes after the case on a connection of his own: he must get the answer to his own
 * request, whatever the case left behind on the proxy's connections to the origin.
 */
export async function sendCanary(port: number, id: string): Promise<string[]> {
  const target = canaryTarget(id);
  const client = await RawClient.connect({ port });
  try {
    client.send(`GET ${target} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`);
    const [answer] = await client.until((received) => {
      const { responses } = readResponses(received, ["GET"], client.ended);
      return responses.length > 0 || client.ended ? responses : undefined;
    });
    if (answer?.status === 200 && answer.body === `GET ${target}`) return [];
    return [`the next visitor got ${answer?.status} ${JSON.stringify(answer?.body.slice(0, 80))}`];
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
    return ["the next visitor got no answer"];
  } finally {
    client.destroy();
  }
}
