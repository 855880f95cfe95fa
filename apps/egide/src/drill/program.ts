import { Connection, type Target } from "#drill/connection.ts";
import { type Outcome, outcomeOf } from "#drill/outcome.ts";
import { type Looks, requestText } from "#drill/request.ts";

export interface ProgramOptions {
  readonly target: Target;
  readonly address: string | undefined;
  readonly looks: Looks;
  /** The next path it asks for. */
  readonly next: () => string;
  /** Milliseconds until it asks again. */
  readonly pause: () => number;
  /** Keeps what it was given, and asks whether there is anything newer. */
  readonly isThrifty?: boolean;
  readonly told: (outcome: Outcome, ms: number) => void;
}

/** A wanted program: a feed reader, an API client, a search engine's bot. One request after the other. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #line: Connection;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;
  #tag: string | null = null;

  constructor(options: ProgramOptions) {
    this.#options = options;
    this.#line = new Connection(options.target, options.address);
  }

  start(afterMs: number): void {
    this.#timer = setTimeout(() => void this.#ask(), afterMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#line.close();
  }

  async #ask(): Promise<void> {
    const { target, looks, next, pause, told } = this.#options;
    const extra = this.#tag === null ? [] : [["If-None-Match", this.#tag] as const];
    const request = { path: next(), host: target.name, looks, extra };
    const answer = await this.#line.ask(requestText(request));
    if (this.#stopped) return;
    if (this.#options.isThrifty === true) this.#tag = answer.headers.get("etag")?.[0] ?? this.#tag;
    told(outcomeOf(answer), answer.ms);
    this.start(pause());
  }
}
