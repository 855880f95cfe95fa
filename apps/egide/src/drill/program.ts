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
  readonly told: (outcome: Outcome, ms: number) => void;
}

/** A wanted program: a feed reader, an API client, a search engine's bot. One request after the other. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #line: Connection;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;

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
    const answer = await this.#line.ask(requestText({ path: next(), host: target.name, looks }));
    if (this.#stopped) return;
    told(outcomeOf(answer), answer.ms);
    this.start(pause());
  }
}
