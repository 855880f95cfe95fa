import { readFileSync } from "node:fs";
import { seeded } from "@egide/std/random.ts";
import { textOf, vocabulary } from "../fill/text.ts";
import { HOST } from "../site.ts";
import type { Person, Target } from "./person.ts";
import { type Outcome, sendForm } from "./post.ts";

export interface CrowdOptions {
  readonly url: string;
  readonly people: readonly Person[];
  readonly targets: readonly Target[];
  readonly pictures: readonly string[];
  /** Of posts, those that carry a picture, and those that open a thread. */
  readonly pictured: number;
  readonly opening: number;
  /** Posts a second, come what may; or as many at once as there are writers. */
  readonly pace: { readonly perSecond: number } | { readonly writers: number };
  readonly seconds: number;
  /** Whoever posted then opens the thread, as a browser is told to. */
  readonly follow: boolean;
  readonly seed: number;
}

export interface CrowdReport {
  readonly seconds: number;
  readonly sent: number;
  readonly taken: number;
  readonly pictures: number;
  /** Milliseconds from the form to its answer. */
  readonly p50: number;
  readonly p99: number;
  /** How often each reason was given. */
  readonly refused: Readonly<Record<string, number>>;
}

/** A site that can't keep up is not asked for ever more: then the pace is missed, and seen to be. */
const UNDER_WAY_MOST = 500;

/** Many people who write at once, each after a while again. */
class Crowd {
  readonly #options: CrowdOptions;
  readonly #random: () => number;
  readonly #words: readonly string[];
  readonly #pictures: readonly Blob[];
  readonly #times: number[] = [];
  readonly #refused: Record<string, number> = {};
  #sent = 0;
  #taken = 0;
  #withPicture = 0;
  #underWay = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#random = seeded(options.seed);
    this.#words = vocabulary(this.#random);
    this.#pictures = options.pictures.map(
      (path) => new Blob([readFileSync(path)], { type: "image/jpeg" }),
    );
  }

  async run(): Promise<CrowdReport> {
    const { pace, seconds } = this.#options;
    const from = performance.now();
    const spent = (): number => (performance.now() - from) / 1000;
    if ("writers" in pace) {
      const writer = async (): Promise<void> => {
        while (spent() < seconds) await this.#write();
      };
      await Promise.all(Array.from({ length: pace.writers }, writer));
    } else {
      const began = this.#sent;
      while (spent() < seconds) {
        const due = Math.floor(spent() * pace.perSecond) - (this.#sent - began);
        for (let at = 0; at < due && this.#underWay < UNDER_WAY_MOST; at += 1) void this.#write();
        await Bun.sleep(2);
      }
      while (this.#underWay > 0) await Bun.sleep(2);
    }
    const took = spent();
    this.#times.sort((a, b) => a - b);
    const share = (part: number): number =>
      this.#times[Math.floor(this.#times.length * part)] ?? Number.NaN;
    return {
      seconds: took,
      sent: this.#sent,
      taken: this.#taken,
      pictures: this.#withPicture,
      p50: share(0.5),
      p99: share(0.99),
      refused: this.#refused,
    };
  }

  async #write(): Promise<void> {
    const { url, people, targets, pictured, opening, follow } = this.#options;
    const random = this.#random;
    // In turn: everybody's next post is as far away as it can be.
    const person = people[this.#sent % people.length] as Person;
    const target = targets[Math.floor(random() * targets.length)] as Target;
    const withPicture = random() < pictured;
    const picture = withPicture
      ? (this.#pictures[this.#withPicture++ % this.#pictures.length] as Blob)
      : null;
    const opens = random() < opening;
    const text = `${textOf(this.#words, random)} ${this.#sent}`;
    this.#sent += 1;
    this.#underWay += 1;
    try {
      const outcome = await sendForm(url, person, { target, opens, text, picture });
      this.#count(outcome);
      if (follow && outcome.location !== null) await look(url, outcome.location, person);
    } catch (error) {
      this.#count({ status: 0, location: null, milliseconds: 0, refusal: String(error) });
    } finally {
      this.#underWay -= 1;
    }
  }

  #count({ location, milliseconds, refusal }: Outcome): void {
    if (refusal === null && location !== null && !/held/.test(location)) {
      this.#taken += 1;
      this.#times.push(milliseconds);
      return;
    }
    const reason = refusal ?? "held";
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
  }
}

async function look(url: string, location: string, person: Person): Promise<void> {
  const response = await fetch(new URL(location, url), {
    headers: { host: HOST, cookie: person.cookie, "x-forwarded-for": person.address },
  });
  await response.arrayBuffer();
}

if (import.meta.main) {
  const options = JSON.parse(readFileSync(process.argv[2] as string, "utf8")) as CrowdOptions;
  console.log(JSON.stringify(await new Crowd(options).run()));
}
