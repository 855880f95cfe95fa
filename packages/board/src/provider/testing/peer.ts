import { randomUUID } from "node:crypto";
import { type Message, messageSchema } from "@egide/contract/abuse/message.ts";
import { openMessage, type Sealed, sealMessage } from "@egide/contract/abuse/sealed.ts";
import { xarfSchema } from "@egide/contract/abuse/xarf.ts";
import { publicKeyOf, type SigningKey, signingKeyOf } from "@egide/contract/signing.ts";
import type { Server } from "bun";
import { SMTPServer } from "smtp-server";

export interface Received {
  readonly at: number;
  readonly message: Message;
}

/** The intake of an invented provider: checks every message against the schema, as a desk would. */
export class Intake {
  readonly received: Received[] = [];
  readonly key: SigningKey = signingKeyOf(new Uint8Array(32).fill(9));
  /** Answers so many messages with 503 before it takes one. */
  down = 0;
  readonly #server: Server<undefined>;
  readonly #waiting: { kind: string; resolve: (message: Received) => void }[] = [];

  constructor(boardKey: string) {
    const key = publicKeyOf(boardKey);
    if (key === null) throw new Error("not a key");
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        if (this.down > 0) {
          this.down -= 1;
          return new Response("later", { status: 503 });
        }
        const opening = { self: "provider.test", trusted: new Map([["board.test", key]]) };
        const message = openMessage(await request.json(), { ...opening, now: Date.now() });
        messageSchema.parse(message);
        if (message.kind === "report") xarfSchema.parse(message.body);
        this.#take({ at: performance.now(), message });
        return Response.json(
          this.say({ kind: "received", body: { message: message.id, reference: "C-1" } }),
        );
      },
      error: (error) => new Response(error.message, { status: 422 }),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/intake`;
  }

  /** A sealed message of the provider. */
  say(
    words: Pick<Message, "kind" | "body">,
    more: { readonly id?: string; readonly now?: number } = {},
  ): Sealed {
    const { id = randomUUID(), now = Date.now() } = more;
    const issued = new Date(now).toISOString();
    const head = { format: 1, id, issued, from: "provider.test", to: "board.test" };
    return sealMessage({ ...head, ...words } as Message, this.key);
  }

  /** The first message of a kind, once it is there. */
  next(kind: Message["kind"]): Promise<Received> {
    const known = this.received.find(({ message }) => message.kind === kind);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.push({ kind, resolve }));
  }

  #take(received: Received): void {
    this.received.push(received);
    for (const { kind, resolve } of this.#waiting) {
      if (kind === received.message.kind) resolve(received);
    }
  }

  close(): Promise<void> {
    return this.#server.stop(true);
  }
}

/** Takes POSTs of JSON: what an on-call service does. */
export class Webhook {
  readonly calls: { readonly at: number; readonly body: Record<string, unknown> }[] = [];
  readonly #server: Server<undefined>;
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const body = (await request.json()) as Record<string, unknown>;
        this.calls.push({ at: performance.now(), body });
        for (const resolve of this.#waiting.splice(0)) resolve();
        return new Response("{}");
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/call`;
  }

  async first(): Promise<(typeof this.calls)[number]> {
    while (this.calls[0] === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.calls[0];
  }

  close(): Promise<void> {
    return this.#server.stop(true);
  }
}

/** A real SMTP server that keeps what it takes. */
export class MailServer {
  readonly mails: { readonly at: number; readonly to: string; readonly text: string }[] = [];
  readonly #server: SMTPServer;
  readonly #waiting: (() => void)[] = [];

  constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onData: (stream, session, done) => {
        let text = "";
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        stream.on("end", () => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join();
          this.mails.push({ at: performance.now(), to, text });
          done();
          for (const resolve of this.#waiting.splice(0)) resolve();
        });
      },
    });
  }

  /** The port it listens on. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      const server = this.#server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  async first(to: string): Promise<(typeof this.mails)[number]> {
    for (;;) {
      const mail = this.mails.find((mail) => mail.to === to);
      if (mail !== undefined) return mail;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
