import {
  Flag,
  type Frame,
  FrameType,
  frame,
  PREFACE,
  readFrames,
  settings,
  windowUpdate,
} from "#h2/frame.ts";
import { encodeLiterals, HpackDecoder } from "#h2/hpack.ts";
import { RawClient, type RawTarget } from "#raw-client.ts";
import type { Field } from "#reference/message.ts";

/** What came back on one stream. */
export interface H2Answer {
  readonly informational: { status: number; fields: Field[] }[];
  status: number;
  fields: Field[];
  body: string;
  trailers: Field[];
  /** END_STREAM was seen. */
  ended: boolean;
  /** Error code of RST_STREAM, or null. */
  reset: number | null;
}

/**
 * An HTTP/2 connection that sends whatever frames it is told to and reports what comes back. It
 * acknowledges SETTINGS and PING by itself, unless told to be rude, and opens wide windows.
 */
export class H2Client {
  readonly raw: RawClient;
  readonly answers = new Map<number, H2Answer>();
  /** Error code of the peer's GOAWAY, or null. */
  goaway: number | null = null;
  /** The last stream that the peer will answer, once it said GOAWAY (RFC 9113, section 6.8). */
  lastStream = 0x7fffffff;
  pingsAnswered = 0;
  settingsAcknowledged = 0;
  readonly #decoder = new HpackDecoder();
  readonly #polite: boolean;
  #consumed = 0;
  #block: Buffer[] = [];
  #blockEnds = false;

  constructor(raw: RawClient, polite: boolean) {
    this.raw = raw;
    this.#polite = polite;
  }

  /** Connects with prior knowledge or, where `target.tls` names `h2`, by ALPN. */
  static async connect(
    target: RawTarget,
    first: readonly (readonly [number, number])[] = [[4, 1 << 24]],
    polite = true,
  ): Promise<H2Client> {
    const client = new H2Client(await RawClient.connect(target), polite);
    client.raw.send(Buffer.concat([Buffer.from(PREFACE, "latin1"), settings(...first)]));
    if (polite) client.raw.send(windowUpdate(0, 1 << 24));
    return client;
  }

  /** Sends a request in one HEADERS frame and, where there is a body, one DATA frame. */
  request(stream: number, fields: readonly Field[], body: string | null = null): void {
    const end = body === null ? Flag.endStream : 0;
    const parts = [frame(FrameType.headers, Flag.endHeaders | end, stream, encodeLiterals(fields))];
    if (body !== null) {
      parts.push(frame(FrameType.data, Flag.endStream, stream, Buffer.from(body, "latin1")));
    }
    this.raw.send(Buffer.concat(parts));
  }

  /** Waits until the stream was answered whole or reset, or the connection is being closed. */
  async settled(stream: number, timeoutMs = 5000): Promise<H2Answer> {
    return await this.until(() => {
      const answer = this.answer(stream);
      const over = answer.ended || answer.reset !== null || this.goaway !== null || this.raw.ended;
      return over ? answer : undefined;
    }, timeoutMs);
  }

  /**
   * The same for a client that lets a connection end in an orderly way: streams up to the last that
   * GOAWAY names are still answered. Null: this one is not, and may be sent again elsewhere.
   */
  async answeredOrRefused(stream: number, timeoutMs = 5000): Promise<H2Answer | null> {
    const refused = 7;
    const answer = await this.until(() => {
      const answer = this.answer(stream);
      if (answer.ended || answer.reset !== null) return answer;
      return this.raw.ended || stream > this.lastStream ? "gone" : undefined;
    }, timeoutMs);
    if (answer === "gone") return stream > this.lastStream ? null : this.answer(stream);
    return answer.reset === refused ? null : answer;
  }

  /** Waits for anything that shows in the state of this connection. */
  until<T>(look: () => T | undefined, timeoutMs = 5000): Promise<T> {
    return this.raw.until((received) => {
      this.#read(received);
      return look();
    }, timeoutMs);
  }

  answer(stream: number): H2Answer {
    let answer = this.answers.get(stream);
    if (answer === undefined) {
      answer = {
        informational: [],
        status: 0,
        fields: [],
        body: "",
        trailers: [],
        ended: false,
        reset: null,
      };
      this.answers.set(stream, answer);
    }
    return answer;
  }

  #read(received: Buffer): void {
    const { frames, consumed } = readFrames(received.subarray(this.#consumed));
    this.#consumed += consumed;
    for (const each of frames) this.#take(each);
  }

  #take(each: Frame): void {
    switch (each.type) {
      case FrameType.settings:
        if (each.flags & Flag.ack) this.settingsAcknowledged++;
        else if (this.#polite) this.raw.send(frame(FrameType.settings, Flag.ack, 0));
        return;
      case FrameType.ping:
        if (each.flags & Flag.ack) this.pingsAnswered++;
        else if (this.#polite) this.raw.send(frame(FrameType.ping, Flag.ack, 0, each.payload));
        return;
      case FrameType.goaway:
        this.lastStream = each.payload.readUInt32BE(0) & 0x7fffffff;
        this.goaway = each.payload.readUInt32BE(4);
        return;
      case FrameType.rstStream:
        this.answer(each.stream).reset = each.payload.readUInt32BE(0);
        return;
      case FrameType.headers:
        this.#blockEnds = (each.flags & Flag.endStream) !== 0;
        this.#block = [unpadded(each)];
        if (each.flags & Flag.endHeaders) this.#head(each.stream);
        return;
      case FrameType.continuation:
        this.#block.push(each.payload);
        if (each.flags & Flag.endHeaders) this.#head(each.stream);
        return;
      case FrameType.data: {
        const answer = this.answer(each.stream);
        answer.body += unpadded(each).toString("latin1");
        if (each.flags & Flag.endStream) answer.ended = true;
        return;
      }
      default:
    }
  }

  #head(stream: number): void {
    const fields = this.#decoder.decode(Buffer.concat(this.#block));
    const answer = this.answer(stream);
    const status = Number(fields.find(([name]) => name === ":status")?.[1] ?? 0);
    const rest = fields.filter(([name]) => name !== ":status");
    if (status >= 100 && status < 200) answer.informational.push({ status, fields: rest });
    else if (status === 0) answer.trailers = rest;
    else {
      answer.status = status;
      answer.fields = rest;
    }
    if (this.#blockEnds) answer.ended = true;
  }
}

function unpadded(each: Frame): Buffer {
  let start = 0;
  let end = each.payload.length;
  if (each.flags & Flag.padded) {
    start = 1;
    end -= each.payload[0] ?? 0;
  }
  if (each.type === FrameType.headers && each.flags & Flag.priority) start += 5;
  return each.payload.subarray(start, end);
}
