import type { TraceSettings } from "@egide/contract/policy/log.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { exportBody, type Span } from "#log/trace/otlp.ts";

const BATCH = 512;
const MOST_WAITING = 4096;
const INTERVAL_MS = 5000;
const TIMEOUT_MS = 10_000;

/** Sends one batch; resolves to whether it was taken. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<boolean>;

export interface ExporterOptions {
  readonly settings: TraceSettings & { readonly endpoint: string };
  readonly clock: Clock;
  readonly onDropped: (spans: number) => void;
  readonly post?: Post;
}

/** Delivers spans in batches, one at a time, from a queue that never grows beyond its bound. */
export class SpanExporter {
  readonly #options: ExporterOptions;
  readonly #url: string;
  readonly #post: Post;
  #waiting: Span[] = [];
  #timer: Timer | null = null;
  #sending: Promise<void> | null = null;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#url = `${options.settings.endpoint.replace(/\/$/, "")}/v1/traces`;
    this.#post = options.post ?? postByFetch;
  }

  add(span: Span): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#options.onDropped(1);
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= BATCH) this.#send();
    else this.#timer ??= this.#options.clock.after(INTERVAL_MS, this.#onTimer);
  }

  /** Resolves once all that waits was delivered or given up. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    while (this.#sending !== null || this.#waiting.length > 0) {
      this.#send();
      await this.#sending;
    }
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.#send();
  };

  #send(): void {
    if (this.#sending !== null || this.#waiting.length === 0) return;
    const batch = this.#waiting.slice(0, BATCH);
    this.#waiting = this.#waiting.slice(BATCH);
    this.#sending = this.#deliver(batch);
  }

  async #deliver(batch: readonly Span[]): Promise<void> {
    const { settings, onDropped } = this.#options;
    const headers = { ...settings.headers, "Content-Type": "application/json" };
    try {
      const taken = await this.#post(this.#url, headers, exportBody(settings.serviceName, batch));
      if (!taken) onDropped(batch.length);
    } catch {
      // A collector that is down costs its spans, nothing else.
      onDropped(batch.length);
    }
    this.#sending = null;
    if (this.#waiting.length >= BATCH) this.#send();
    else if (this.#waiting.length > 0) {
      this.#timer ??= this.#options.clock.after(INTERVAL_MS, this.#onTimer);
    }
  }
}

const postByFetch: Post = async (url, headers, body) => {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "error" });
  await response.body?.cancel();
  return response.ok;
};
