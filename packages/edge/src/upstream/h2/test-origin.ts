import { FakeClock } from "@egide/std/fake-clock.ts";
import { ConnPair } from "@egide/testkit/conn-pair.ts";
import type { OriginRequest, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { type H2Session, openH2Session } from "#upstream/h2/session.ts";
import { PREFACE } from "#wire/h2/constants.ts";
import { FrameLog, settings } from "#wire/h2/test-frames.ts";

export const REQUEST: OriginRequest = {
  method: "GET",
  target: "/a?b",
  scheme: "https",
  authority: "o.test",
  headers: ["Accept", "*/*"],
  body: null,
  bodyLength: 0,
  upgrade: null,
  affinity: "",
};

/** What one call heard, as lines. */
export class Heard implements ResponseSink {
  readonly lines: string[] = [];
  response_: OriginResponse | null = null;
  readonly #take: boolean;

  /** `take`: read the body at once. */
  constructor(take = true) {
    this.#take = take;
  }

  informational(status: number, headers: RawHeaders): void {
    this.lines.push(`${status} ${headers.join(" ")}`);
  }

  response(response: OriginResponse): void {
    this.response_ = response;
    const { status, headers, bodyLength, body } = response;
    this.lines.push(
      `${status} ${headers.join(" ")} length ${bodyLength}${body ? "" : " bodyless"}`,
    );
    if (this.#take) this.takeBody();
  }

  takeBody(): void {
    this.response_?.body?.pipe({
      data: (chunk) => void this.lines.push(`data ${Buffer.from(chunk).toString().slice(0, 20)}`),
      end: (trailers) => void this.lines.push(`end ${trailers?.join(" ") ?? ""}`.trim()),
      fail: (error) => void this.lines.push(`body ${error.code}`),
    });
  }

  fail(error: { code: string; retry: boolean }): void {
    this.lines.push(`fail ${error.code}${error.retry ? " retry" : ""}`);
  }
}

/** A session on a connection in memory, and an origin that says frames. */
export class TestOrigin {
  readonly pair = new ConnPair();
  readonly log = new FrameLog();
  readonly session: H2Session;
  availables = 0;
  closed = false;
  ended = false;
  #skip = PREFACE.length;

  constructor(...pairs: number[]) {
    this.pair.b.handler = {
      onData: (chunk) => {
        const skip = Math.min(this.#skip, chunk.length);
        this.#skip -= skip;
        this.log.push(chunk.subarray(skip));
      },
      onDrain: () => {},
      onEnd: () => {
        this.ended = true;
      },
      onClose: () => {},
    };
    this.session = openH2Session(this.pair.a, {
      clock: new FakeClock(),
      headerBytes: 65_536,
      trailerBytes: 8192,
      streams: 200,
      onAvailable: () => this.availables++,
      onClosed: () => {
        this.closed = true;
      },
    });
    this.pair.b.write(settings(...pairs));
  }

  async say(...frames: Uint8Array[]): Promise<string[]> {
    for (const piece of frames) this.pair.b.write(piece);
    await this.pair.settle();
    return this.log.show();
  }
}
