import type { RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import { RawClient, WaitTimeout } from "@egide/testkit/raw-client.ts";
import { llhttpResponses } from "@egide/testkit/reference/llhttp.ts";
import type { ReferenceResponse } from "@egide/testkit/reference/message.ts";
import { readResponses } from "@egide/testkit/reference/response.ts";
import { scriptOrigin } from "../exactness/judge.ts";
import { sendCanary } from "../exactness/run-h1.ts";
import type { Target } from "../target/target.ts";
import type { OriginCase, Outcome } from "./case.ts";

const PATIENCE_MS = 5000;

/** One request to an origin that answers as scripted; then a visitor who must not be affected. */
export async function runOriginCase(
  target: Target,
  origin: RecordingOrigin,
  each: OriginCase,
): Promise<string[]> {
  scriptOrigin(origin, each.reply);
  const method = each.method ?? "GET";
  const client = await RawClient.connect({ port: target.h1 });
  try {
    const fields = (each.fields ?? []).map((field) => `${field}\r\n`).join("");
    client.send(`${method} /c HTTP/1.1\r\nHost: site.test\r\n${fields}\r\n`);
    const responses = await answer(client, method);
    const complaints = judgeOutcome(each.outcome, responses, client);
    const last = responses.at(-1);
    const special =
      complaints.length === 0 && last !== undefined ? each.check?.(last, responses) : null;
    if (typeof special === "string") complaints.push(special);
    return [...complaints, ...(await sendCanary(target.h1, each.id))];
  } finally {
    client.destroy();
  }
}

async function answer(client: RawClient, method: string): Promise<readonly ReferenceResponse[]> {
  try {
    return await client.until((received) => {
      const { responses, malformed } = readResponses(received, [method], client.ended);
      const last = responses.at(-1);
      const whole = last !== undefined && last.status >= 200;
      return whole || malformed !== null || client.ended ? responses : undefined;
    }, PATIENCE_MS);
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
    return [];
  }
}

function judgeOutcome(
  outcome: Outcome,
  responses: readonly ReferenceResponse[],
  client: RawClient,
): string[] {
  const last = responses.findLast(({ status }) => status >= 200 || status === 101);
  const cut = last === undefined ? client.ended : !last.complete;
  const status = last?.status ?? 0;
  const statement = last === undefined ? "no answer" : `${status}${cut ? ", cut off" : ""}`;
  if (outcome.kind === "cut") return cut ? [] : [`expected a cut-off answer, got ${statement}`];
  if (outcome.kind === "error-or-cut") {
    return cut || status >= 500 ? [] : [`expected an error or a cut-off answer, got ${statement}`];
  }
  const complaints = wellFormed(client.received, cut);
  if (cut || !outcome.status.includes(status)) {
    complaints.push(`expected ${outcome.status.join(" or ")}, got ${statement}`);
  } else if (outcome.body !== undefined && status === 200 && last?.body !== outcome.body) {
    complaints.push(`the body became ${JSON.stringify(last?.body.slice(0, 80))}`);
  }
  return complaints;
}

/** What reaches the visitor must be readable by llhttp too, whatever the origin sent. */
function wellFormed(received: Buffer, cut: boolean): string[] {
  if (cut) return [];
  const { error } = llhttpResponses(received);
  return error === null ? [] : [`llhttp can't read the answer: ${error}`];
}
