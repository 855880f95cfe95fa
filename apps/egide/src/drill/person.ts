import { type Answer, Connection, type Target } from "#drill/connection.ts";
import { type Outcome, outcomeOf } from "#drill/outcome.ts";
import { pick, wait } from "#drill/random.ts";
import { type Looks, requestText } from "#drill/request.ts";

/** What a site offers, as visitors of its own find it. */
export interface Site {
  readonly pages: readonly string[];
  readonly assets: readonly string[];
  readonly feed: string | null;
  readonly data: string | null;
  /** Where a form is sent; null: the site is not known to have one. */
  readonly form: string | null;
  /** More pages than visitors usually read, for who reads them all. */
  readonly archive?: readonly string[];
}

export interface PersonOptions {
  readonly target: Target;
  readonly address: string | undefined;
  readonly looks: Looks;
  readonly site: Site;
  readonly random: () => number;
  /** Milliseconds between two pages, on average. */
  readonly think: number;
  /** Share of visits on which a form is sent, where the site has one. */
  readonly writes?: number;
  readonly told: (outcome: Outcome, ms: number) => void;
}

/** Images and styles are fetched on so many connections at once. */
const LINES = 3;

/** A reader with a browser: pages, what they bring along, cookies, and time to read. */
export class Person {
  readonly #options: PersonOptions;
  readonly #lines: Connection[];
  readonly #cookies = new Map<string, string>();
  readonly #cached = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;

  constructor(options: PersonOptions) {
    this.#options = options;
    const { target, address } = options;
    this.#lines = Array.from({ length: LINES }, () => new Connection(target, address));
  }

  start(afterMs: number): void {
    this.#timer = setTimeout(() => void this.#visit(), afterMs);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const line of this.#lines) line.close();
  }

  async #visit(): Promise<void> {
    const { site, random, think } = this.#options;
    const page = await this.#ask(this.#lines[0] as Connection, pick(site.pages, random), null);
    if (page !== null && outcomeOf(page) === "served") {
      // A browser keeps what may be kept, and asks for it again now and then.
      const wanted = site.assets.filter((path) => !this.#cached.has(path) || random() < 0.2);
      await Promise.all(this.#lines.map((line, i) => this.#fetchAll(line, wanted, i)));
      if (site.form !== null && random() < (this.#options.writes ?? 0))
        await this.#write(site.form);
    }
    if (!this.#stopped) this.start(wait(think, random));
  }

  async #fetchAll(line: Connection, paths: readonly string[], from: number): Promise<void> {
    for (let i = from; i < paths.length; i += LINES) {
      const path = paths[i] as string;
      const answer = await this.#ask(line, path, "*/*");
      if (answer !== null && answer.status < 400) this.#cached.add(path);
    }
  }

  /** Fills in a form and sends it. */
  async #write(path: string): Promise<void> {
    await Bun.sleep(500 + this.#options.random() * 1500);
    await this.#ask(this.#lines[0] as Connection, path, null, `name=a&amount=${this.#cached.size}`);
  }

  /** Follows one redirect, as every browser does; that is then one request to the person. */
  async #ask(
    line: Connection,
    path: string,
    accept: string | null,
    body?: string,
  ): Promise<Answer | null> {
    const first = await this.#askOnce(line, path, accept, body);
    const location = first?.headers.get("location")?.[0];
    const isSent = first !== null && first.status >= 300 && first.status < 400;
    const last =
      isSent && location !== undefined ? await this.#askOnce(line, location, accept, body) : first;
    if (last === null || this.#stopped) return null;
    const ms = last === first || first === null ? last.ms : first.ms + last.ms;
    this.#options.told(outcomeOf(last), ms);
    return last;
  }

  async #askOnce(
    line: Connection,
    path: string,
    accept: string | null,
    body: string | undefined,
  ): Promise<Answer | null> {
    if (this.#stopped || line.isBusy) return null;
    const { looks, target } = this.#options;
    const fields = looks.fields.map(([name, value]) =>
      name === "Accept" && accept !== null ? ([name, accept] as const) : ([name, value] as const),
    );
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const extra: [string, string][] = cookies === "" ? [] : [["Cookie", cookies]];
    const ask = { path, host: target.name, looks: { fields }, extra };
    if (body !== undefined) extra.push(["Content-Type", "application/x-www-form-urlencoded"]);
    const answer = await line.ask(
      requestText(body === undefined ? ask : { ...ask, method: "POST", body }),
    );
    if (this.#stopped) return null;
    for (const cookie of answer.headers.get("set-cookie") ?? []) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    return answer;
  }
}
