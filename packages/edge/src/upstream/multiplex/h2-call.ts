import type { AppError } from "@egide/std/error.ts";
import { type TimerWheel, WheelTimer } from "@egide/std/wheel.ts";
import type {
  ByteSink,
  ByteSource,
  Call,
  OriginRequest,
  OriginResponse,
  RawHeaders,
  ResponseSink,
} from "#stream.ts";
import { originError } from "#upstream/failure.ts";
import type { H1Client, H1Settings } from "#upstream/h1/roles.ts";
import type { H2Session } from "#upstream/h2/session.ts";
import { BodyRelay } from "#upstream/multiplex/body-relay.ts";
import type { RequestBody } from "#upstream/request-body.ts";
import type { Progress } from "#upstream/retry/policy.ts";

/** Looks at time so often; see h1/quiet.ts for why. */
const QUARTERS = 4;
/** Sessions that may turn a call down: a new one does not know yet how many the origin takes. */
const MAX_REFUSALS = 3;

/** One request on an HTTP/2 session, and its answer's body on the way through, watched for time. */
export class H2Call implements ResponseSink, ByteSource, ByteSink {
  readonly #request: OriginRequest;
  readonly #body: RequestBody | null;
  readonly #relay: BodyRelay | null;
  readonly #settings: H1Settings;
  readonly #wheel: TimerWheel;
  readonly #timer = new WheelTimer(() => this.#look());
  #client: H1Client | null;
  #session: H2Session | null = null;
  #again: () => void = () => {};
  #refusals = 0;
  #call: Call | null = null;
  #source: ByteSource | null = null;
  #sink: ByteSink | null = null;
  #isPaused = false;
  #touched = false;
  /** Looks in a row at which nothing had moved. */
  #still = 0;

  constructor(
    request: OriginRequest,
    body: RequestBody | null,
    client: H1Client,
    wheel: TimerWheel,
    settings: H1Settings,
  ) {
    this.#relay = body === null ? null : new BodyRelay(body);
    this.#request = {
      ...request,
      authority: settings.host ?? request.authority,
      body: this.#relay,
      // HTTP/2 has no Upgrade; a server may always ignore one (RFC 9110, section 7.8).
      upgrade: null,
    };
    this.#body = body;
    this.#client = client;
    this.#wheel = wheel;
    this.#settings = settings;
  }

  get isOver(): boolean {
    return this.#client === null;
  }

  /** `again` finds it another session, where this one turns it down untouched. */
  start(session: H2Session, again: () => void): void {
    this.#session = session;
    this.#again = again;
    this.#wheel.schedule(this.#timer, this.#settings.firstByteMs / QUARTERS);
    const call = session.fetch(this.#request, this);
    if (!this.isOver) this.#call = call;
  }

  /** Nobody listens any more. */
  drop(): void {
    const source = this.#source;
    this.#settle();
    this.#sink = null;
    if (source !== null) source.cancel();
    else this.#call?.cancel();
    this.#relay?.cancel();
  }

  informational(status: number, headers: RawHeaders): void {
    this.#touched = true;
    if (status !== 100) this.#client?.informational(status, headers);
  }

  response(response: OriginResponse): void {
    const client = this.#client;
    if (client === null) return;
    if (response.body === null) {
      this.#settle();
      this.#endUpload();
      client.responded(response, true);
      return;
    }
    this.#source = response.body;
    this.#still = 0;
    this.#wheel.schedule(this.#timer, this.#settings.idleMs / QUARTERS);
    client.responded({ ...response, body: this }, false);
  }

  fail(error: AppError): void {
    // Refused, or above what GOAWAY names: not acted on (RFC 9113, section 8.7).
    const isUntouched = error.code === "origin.closed_early" && this.#session?.isDead === false;
    const again = isUntouched && (this.#body === null || this.#body.isReplayable);
    if (again && ++this.#refusals <= MAX_REFUSALS && !this.isOver) {
      this.#relay?.cancel();
      this.#call = null;
      this.#again();
    } else this.#failed(error, isUntouched ? "unsent" : "sent");
  }

  /** No session could be had. */
  unreached(error: AppError): void {
    this.#failed(error, "unsent");
  }

  pipe(sink: ByteSink): void {
    this.#sink = sink;
    this.#source?.pipe(this);
  }

  pause(): void {
    this.#isPaused = true;
    this.#source?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#touched = true;
    this.#source?.resume();
  }

  cancel(): void {
    const client = this.#client;
    if (client === null) return;
    this.drop();
    client.over(null);
  }

  data(chunk: Uint8Array): void {
    this.#touched = true;
    this.#sink?.data(chunk);
  }

  end(trailers: RawHeaders | null): void {
    const client = this.#settle();
    this.#endUpload();
    client?.over(null);
    this.#sink?.end(trailers);
  }

  /** The answer is whole: nobody waits for the rest of the request. */
  #endUpload(): void {
    if (this.#relay === null || this.#relay.isDone) return;
    this.#call?.cancel();
    this.#body?.stop();
  }

  #failed(error: AppError, progress: Progress): void {
    if (this.#source === null) {
      this.#relay?.cancel();
      this.#settle()?.failed(error, progress);
      return;
    }
    const client = this.#settle();
    this.#body?.stop();
    client?.over(error);
    this.#sink?.fail(error);
  }

  #look(): void {
    const answered = this.#source !== null;
    // A visitor who is slow to send or to read is not the origin's fault.
    const isTheirs = answered
      ? this.#sink !== null && !this.#isPaused
      : this.#relay === null || this.#relay.isDone;
    this.#still = isTheirs && !this.#touched ? this.#still + 1 : 0;
    this.#touched = false;
    if (this.#still < QUARTERS) {
      const ms = answered ? this.#settings.idleMs : this.#settings.firstByteMs;
      this.#wheel.schedule(this.#timer, ms / QUARTERS);
      return;
    }
    const error = originError(answered ? "origin.idle_timeout" : "origin.first_byte_timeout");
    const call = this.#source ?? this.#call;
    call?.cancel();
    this.#failed(error, "sent");
  }

  #settle(): H1Client | null {
    const client = this.#client;
    this.#client = null;
    this.#wheel.cancel(this.#timer);
    return client;
  }
}
