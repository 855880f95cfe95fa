import type { AppError } from "@egide/std/error.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import type { OriginRequest, RawHeaders } from "#stream.ts";
import { http1Error, originError } from "#upstream/failure.ts";
import { keepAliveHint, keepEndToEnd } from "#upstream/h1/end-to-end.ts";
import { expectsContinue, isOffered, requestHead } from "#upstream/h1/head-text.ts";
import { Quiet, QUARTERS } from "#upstream/h1/quiet.ts";
import { ResponseReader } from "#upstream/h1/reader.ts";
import { RequestSender, type SenderHost } from "#upstream/h1/request-sender.ts";
import { type BodySourceHost, ResponseBody } from "#upstream/h1/response-body.ts";
import type { H1Client, H1Home, H1Settings } from "#upstream/h1/roles.ts";
import type { RequestBody } from "#upstream/request-body.ts";
import type { Progress } from "#upstream/retry/policy.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";
import { BodyDecoder } from "#wire/h1/body.ts";
import { ConnTunnel } from "#wire/tunnel.ts";

type Phase = "idle" | "head" | "body" | "tunnel" | "leaving" | "closed";

/** How long the origin may take to close its side after we closed ours. */
const LINGER_MS = 2000;

/**
 * HTTP/1.1 towards an origin on one connection, request after request (RFC 9112). All per-request
 * state is reset, not made anew; whatever breaks a rule ends the connection with the request.
 */
export class H1Connection implements ConnHandler, BodySourceHost, SenderHost {
  readonly address: string;
  /** Requests sent on it so far. */
  served = 0;
  readonly #conn: Conn;
  readonly #home: H1Home<H1Connection>;
  readonly #wheel: TimerWheel;
  readonly #settings: H1Settings;
  readonly #timer = new WheelTimer(() => this.#timedOut());
  readonly #reader: ResponseReader;
  readonly #decoder = new BodyDecoder();
  readonly #sender: RequestSender;
  readonly #quiet: Quiet;
  #phase: Phase = "idle";
  #client: H1Client | null = null;
  #isHead = false;
  #upgrade: string | null = null;
  #body: ResponseBody | null = null;
  #persistent = true;
  #informationals = 0;
  /** A byte of an answer has come. */
  #heard = false;
  /** What the origin's Keep-Alive field allows. */
  #keepAliveMs: number;

  constructor(
    conn: Conn,
    address: string,
    home: H1Home<H1Connection>,
    wheel: TimerWheel,
    settings: H1Settings,
  ) {
    this.#conn = conn;
    this.address = address;
    this.#home = home;
    this.#wheel = wheel;
    this.#settings = settings;
    this.#reader = new ResponseReader(settings.headerBytes, settings.headerCount);
    this.#sender = new RequestSender(conn, this);
    this.#quiet = new Quiet(conn);
    this.#keepAliveMs = settings.keepAliveMs;
  }

  /** Sends a request. Only on an idle connection; `body` belongs to `request`. */
  begin(request: OriginRequest, body: RequestBody | null, client: H1Client): void {
    const { host, close, continueMs, firstByteMs } = this.#settings;
    this.served++;
    this.#phase = "head";
    this.#client = client;
    this.#isHead = request.method === "HEAD";
    this.#upgrade = request.upgrade;
    this.#persistent = true;
    this.#informationals = 0;
    this.#heard = false;
    this.#conn.writeHead(requestHead.of(request, host, close), request.headers);
    if (body === null) {
      this.#wheel.schedule(this.#timer, firstByteMs);
      this.#sender.begin(null, false);
      return;
    }
    const waits = expectsContinue(request.headers);
    if (waits) this.#wheel.schedule(this.#timer, continueMs);
    else this.#watchQuiet();
    this.#sender.begin(body, waits);
  }

  /** The visitor left, or another attempt won: the client hears nothing more. */
  cancel(): void {
    if (this.#phase === "tunnel") this.#conn.abort();
    else if (this.#client !== null) this.#break();
  }

  /** Ends an idle connection. */
  close(): void {
    if (this.#phase === "idle") this.#leave();
  }

  /** An idle connection is kept for a while. */
  rest(): void {
    this.#wheel.schedule(this.#timer, this.#keepAliveMs);
  }

  requestSent(): void {
    if (this.#phase === "head") this.#wheel.schedule(this.#timer, this.#settings.firstByteMs);
  }

  requestFailed(error: AppError): void {
    this.#fail(error, "sent");
  }

  onDrain(): void {
    this.#sender.drained();
  }

  onData(chunk: Uint8Array): void {
    if (this.#phase === "body") {
      this.#quiet.touched = true;
      this.#readBody(chunk, 0);
    } else if (this.#phase === "head") this.#readHeads(chunk);
    // Nobody asked: an answer to nothing would be taken for the next request's.
    else if (this.#phase === "idle") this.#leave();
  }

  #readHeads(chunk: Uint8Array): void {
    const reader = this.#reader;
    this.#heard = true;
    for (let at = 0; at < chunk.length && this.#phase === "head"; at = reader.rest) {
      const read = reader.read(chunk, at);
      if (read === "more") return;
      if (read === "broken") {
        this.#fail(reader.error as AppError, "sent");
        return;
      }
      const { status } = reader.head;
      if (status === 101) this.#switch(chunk, reader.rest);
      else if (status >= 200) this.#respond(chunk, reader.rest);
      else {
        this.#interim(status);
        continue;
      }
      return;
    }
  }

  #interim(status: number): void {
    if (++this.#informationals > this.#settings.informational) {
      this.#fail(originError("origin.too_many_informational"), "sent");
    } else if (status !== 100) {
      const { head, framing } = this.#reader;
      this.#client?.informational(status, keepEndToEnd(head.headers, framing.nominated, false));
    } else if (this.#sender.waits) this.#sendBody();
  }

  #sendBody(): void {
    this.#watchQuiet();
    this.#sender.start();
  }

  #respond(chunk: Uint8Array, at: number): void {
    const { head, framing } = this.#reader;
    const { status, reason } = head;
    const bodiless = this.#isHead || status === 204 || status === 304;
    const untilClose = !bodiless && framing.length === -2;
    this.#persistent = (head.version === 11 || framing.keepAlive) && !framing.close && !untilClose;
    if (framing.keepAlive || this.served === 1) this.#learnKeepAlive(head.headers);
    const bodyLength = framing.length >= 0 ? framing.length : -1;
    const headers = keepEndToEnd(head.headers, framing.nominated, false);
    const client = this.#client as H1Client;
    if (bodiless || bodyLength === 0) {
      this.#finish(at < chunk.length);
      client.responded({ status, reason, headers, bodyLength, body: null, tunnel: null }, true);
      return;
    }
    this.#decoder.begin(untilClose ? -3 : bodyLength, this.#settings.trailerBytes);
    const body = new ResponseBody(this);
    this.#body = body;
    this.#phase = "body";
    this.#watchQuiet();
    client.responded({ status, reason, headers, bodyLength, body, tunnel: null }, false);
    if (this.#body === body && (at < chunk.length || !body.isPiped)) this.#readBody(chunk, at);
  }

  #readBody(chunk: Uint8Array, from: number): void {
    const body = this.#body as ResponseBody;
    if (!body.isPiped) {
      this.#conn.pause();
      body.hold(chunk, from);
      return;
    }
    const decoder = this.#decoder;
    for (let at = from; ; at = decoder.next) {
      const event = decoder.read(chunk, at);
      if (event === "data") {
        const whole = decoder.from === 0 && decoder.to === chunk.length;
        body.deliver(whole ? chunk : chunk.subarray(decoder.from, decoder.to));
        // The sink may have cancelled.
        if (this.#body !== body) return;
      } else if (event === "more") return;
      else if (event === "end") {
        this.#endBody(body, decoder.next < chunk.length, decoder.trailers);
        return;
      } else {
        this.#breakBody(http1Error(event));
        return;
      }
    }
  }

  bodyWanted(body: ResponseBody): void {
    if (this.#body !== body || body.held === null) return;
    const { held } = body;
    body.held = null;
    this.#quiet.touched = true;
    if (!body.isPaused) this.#conn.resume();
    if (held.length > 0) this.#readBody(held, 0);
    if (this.#body === body && body.cut !== "no") this.#bodyCut(body.cut === "lost");
  }

  bodyPaused(body: ResponseBody, paused: boolean): void {
    if (this.#body !== body || body.held !== null) return;
    if (paused) this.#conn.pause();
    else this.#conn.resume();
    this.#quiet.touched = true;
  }

  bodyCancelled(body: ResponseBody): void {
    if (this.#body !== body) return;
    const client = this.#client as H1Client;
    this.#sender.stop();
    this.#break();
    client.over(null);
  }

  #switch(chunk: Uint8Array, at: number): void {
    const { head, framing } = this.#reader;
    const { status, reason } = head;
    if (!framing.upgrade || !this.#sender.isDone || !isOffered(this.#upgrade, framing.upgradeTo)) {
      this.#fail(originError("origin.unexpected_switch"), "sent");
      return;
    }
    const client = this.#client as H1Client;
    this.#phase = "tunnel";
    this.#client = null;
    this.#wheel.cancel(this.#timer);
    const early = at < chunk.length ? Buffer.from(chunk.subarray(at)) : null;
    const headers = keepEndToEnd(head.headers, framing.nominated, true);
    const tunnel = new ConnTunnel(this.#conn, early, () => {
      this.#phase = "closed";
      this.#home.gone(this);
      client.over(null);
    });
    client.responded({ status, reason, headers, bodyLength: 0, body: null, tunnel }, false);
  }

  onEnd(): void {
    if (this.#phase === "idle") this.#leave();
    else if (this.#phase === "head") this.#cutHead(null);
    else if (this.#phase === "body") this.#bodyCut(false);
    else if (this.#phase === "leaving") this.#conn.abort();
  }

  onClose(error: Error | null): void {
    if (this.#phase === "head") this.#cutHead(error);
    else if (this.#phase === "body") this.#bodyCut(error !== null);
    else if (this.#phase === "idle") this.#home.gone(this);
    if (this.#body !== null) return;
    this.#phase = "closed";
    this.#wheel.cancel(this.#timer);
  }

  #cutHead(cause: Error | null): void {
    const stale = this.served > 1 && !this.#heard;
    this.#fail(originError("origin.closed_early", cause ?? undefined), stale ? "stale" : "sent");
  }

  /** The origin's bytes have ended. `lost`: by a reset, so that what came may not be all. */
  #bodyCut(lost: boolean): void {
    const body = this.#body as ResponseBody;
    this.#persistent = false;
    if (body.held !== null) body.cut = lost ? "lost" : "ended";
    else if (this.#decoder.endsWithConnection && !lost) this.#endBody(body, false, null);
    else this.#breakBody(originError("origin.body_cut_short"));
  }

  #endBody(body: ResponseBody, hasGarbage: boolean, trailers: RawHeaders | null): void {
    const client = this.#client as H1Client;
    this.#body = null;
    // A reader that paused at the last chunk must not leave the connection deaf to the next answer.
    if (body.isPaused) this.#conn.resume();
    this.#finish(hasGarbage);
    client.over(null);
    body.finish(trailers);
  }

  #breakBody(error: AppError): void {
    const client = this.#client as H1Client;
    const body = this.#body as ResponseBody;
    this.#sender.stop();
    this.#break();
    client.over(error);
    body.break(error);
  }

  #fail(error: AppError, progress: Progress): void {
    const client = this.#client;
    if (client === null) return;
    if (this.#body !== null) {
      this.#breakBody(error);
      return;
    }
    this.#break();
    client.failed(error, progress);
  }

  /** The exchange is complete: the connection waits for the next one, or goes. */
  #finish(hasGarbage: boolean): void {
    const { close, maxRequests } = this.#settings;
    this.#client = null;
    if (hasGarbage || !this.#sender.isDone) {
      this.#sender.stop();
      this.#kill();
      return;
    }
    this.#phase = "idle";
    if (this.#persistent && !close && this.served < maxRequests) this.#home.free(this);
    else this.#leave();
  }

  #break(): void {
    this.#sender.detach();
    this.#client = null;
    this.#body = null;
    this.#kill();
  }

  #kill(): void {
    this.#phase = "closed";
    this.#wheel.cancel(this.#timer);
    this.#conn.abort();
    this.#home.gone(this);
  }

  /** Closes in an orderly way: what the origin still sends is not met with a reset. */
  #leave(): void {
    this.#phase = "leaving";
    this.#home.gone(this);
    this.#wheel.schedule(this.#timer, LINGER_MS);
    this.#conn.end();
  }

  #watchQuiet(): void {
    this.#quiet.begin();
    this.#wheel.schedule(this.#timer, this.#settings.idleMs / QUARTERS);
  }

  #timedOut(): void {
    if (this.#phase === "idle") this.#leave();
    else if (this.#phase === "leaving") this.#conn.abort();
    else if (this.#phase === "body") {
      this.#judgeQuiet(this.#body?.isPiped === true && !this.#body.isPaused);
    } else if (this.#phase !== "head") return;
    else if (this.#sender.waits) this.#sendBody();
    else if (this.#sender.isDone) this.#fail(originError("origin.first_byte_timeout"), "sent");
    // What a visitor is slow to send is not the origin's fault.
    else this.#judgeQuiet(this.#conn.pending > 0);
  }

  #judgeQuiet(isTheirs: boolean): void {
    if (this.#quiet.isTooLong(isTheirs)) this.#fail(originError("origin.idle_timeout"), "sent");
    else this.#wheel.schedule(this.#timer, this.#settings.idleMs / QUARTERS);
  }

  #learnKeepAlive(headers: RawHeaders): void {
    const seconds = keepAliveHint(headers);
    if (seconds === null) return;
    // A second less than it says: a request must not cross with the origin's FIN.
    this.#keepAliveMs = Math.min(this.#settings.keepAliveMs, Math.max(0, seconds * 1000 - 1000));
  }
}
