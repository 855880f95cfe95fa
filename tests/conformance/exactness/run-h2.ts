import { Flag, FrameType, frame } from "@egide/testkit/h2/frame.ts";
import { H2Client } from "@egide/testkit/h2/client.ts";
import { encodeLiterals } from "@egide/testkit/h2/hpack.ts";
import type { RecordingOrigin } from "@egide/testkit/origin/recording.ts";
import { WaitTimeout } from "@egide/testkit/raw-client.ts";
import type { ReferenceResponse } from "@egide/testkit/reference/message.ts";
import type { Target } from "../target/target.ts";
import type { H2Case } from "./h2/case.ts";
import { arrived, type ClientView, judge, scriptOrigin } from "./judge.ts";
import { sendCanary } from "./run-h1.ts";

const PATIENCE_MS = 3000;
const STREAM = 1;
const MAX_FRAME = 16_384;

/** Runs one case on stream 1 of an HTTP/2 connection of its own. */
export async function runH2Case(
  target: Target,
  origin: RecordingOrigin,
  each: H2Case,
): Promise<string[]> {
  scriptOrigin(origin, each.reply);
  const client = await H2Client.connect({ port: target.h2 });
  try {
    client.raw.send(Buffer.concat(each.frames ?? requestFrames(each)));
    await settle(client, each);
    const responses = responsesOf(client);
    const view: ClientView = {
      statuses: responses.filter(({ status }) => status >= 200).map(({ status }) => status),
      responses,
      malformed: faultOf(client, each),
      closed: client.raw.ended || client.goaway !== null,
    };
    const canary = await sendCanary(target.h1, each.id);
    const complaints = [...judge(each.expect, view, origin), ...canary];
    const seen = { responses, requests: arrived(origin), tunnel: "" };
    const special = complaints.length === 0 ? (each.check?.(seen) ?? null) : null;
    return special === null ? complaints : [...complaints, special];
  } finally {
    client.raw.destroy();
  }
}

function requestFrames(each: H2Case): Buffer[] {
  const last = each.body === undefined && each.trailers === undefined;
  const frames = headerFrames(encodeLiterals(each.fields), last);
  each.body?.forEach((part, i) => {
    const end = each.trailers === undefined && i === (each.body?.length ?? 0) - 1;
    const payload = Buffer.from(part, "latin1");
    frames.push(frame(FrameType.data, end ? Flag.endStream : 0, STREAM, payload));
  });
  if (each.trailers !== undefined)
    frames.push(...headerFrames(encodeLiterals(each.trailers), true));
  return frames;
}

/** HEADERS with as many CONTINUATION frames as the block needs. */
function headerFrames(block: Buffer, endStream: boolean): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at === 0 || at < block.length; at += MAX_FRAME) {
    const type = at === 0 ? FrameType.headers : FrameType.continuation;
    const end = at === 0 && endStream ? Flag.endStream : 0;
    const whole = at + MAX_FRAME >= block.length ? Flag.endHeaders : 0;
    frames.push(frame(type, end | whole, STREAM, block.subarray(at, at + MAX_FRAME)));
  }
  return frames;
}

async function settle(client: H2Client, each: H2Case): Promise<void> {
  try {
    await client.settled(STREAM, PATIENCE_MS);
    if (each.expect.kind === "refuse" && each.expect.closes) {
      await client.until(
        () => (client.goaway !== null || client.raw.ended ? true : undefined),
        PATIENCE_MS,
      );
    }
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
  }
}

function responsesOf(client: H2Client): ReferenceResponse[] {
  const answer = client.answer(STREAM);
  const base = { version: "2", reason: "", body: "", trailers: [], chunked: false, complete: true };
  const responses: ReferenceResponse[] = answer.informational.map((each) => ({ ...base, ...each }));
  if (answer.status !== 0) {
    const { status, fields, body, trailers, ended } = answer;
    responses.push({ ...base, status, fields, body, trailers, complete: ended });
  }
  return responses;
}

/** A refused stream must be told so; one that was answered must have been answered whole. */
function faultOf(client: H2Client, each: H2Case): string | null {
  const answer = client.answer(STREAM);
  const told = answer.ended || answer.reset !== null || client.goaway !== null || client.raw.ended;
  if (!told) return "no answer at all";
  if (each.expect.kind === "refuse" || answer.ended) return null;
  return answer.status === 0 ? null : `cut off: reset ${answer.reset}, goaway ${client.goaway}`;
}
