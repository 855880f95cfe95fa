import { chmodSync, rmSync } from "node:fs";
import { z } from "zod";
import { MAX_LINE } from "#control/message.ts";
import { banRequestSchema } from "#ban/message.ts";
import { statusRequestSchema } from "#control/status.ts";
import { mitigationRequestSchema } from "#mitigation/message.ts";
import { purgeRequestSchema } from "#purge/message.ts";
import type { Addresses } from "#run/message.ts";

/** What a newer process asks of an older one, and an operator of either: a JSON object a line. */
const requestSchema = z.union([
  z.discriminatedUnion("op", [
    /** Who are you? From here on the older one restarts no worker until it hears more. */
    z.strictObject({ op: z.literal("hello") }),
    /** I serve now; finish what you have and go. */
    z.strictObject({ op: z.literal("takeover"), pid: z.int().positive() }),
    purgeRequestSchema,
    mitigationRequestSchema,
    statusRequestSchema,
  ]),
  banRequestSchema,
]);

/** What an operator asks: answered by one object, then the line is closed. */
export type ControlRequest = Exclude<
  z.infer<typeof requestSchema>,
  { readonly op: "hello" | "takeover" }
>;

const helloSchema = z.object({
  pid: z.int(),
  addresses: z.object({ http: z.array(z.string()), https: z.array(z.string()) }),
});

export type Hello = z.infer<typeof helloSchema>;

export interface ControlHandlers {
  hello(): { readonly pid: number; readonly addresses: Addresses };
  /** The newer process went away without taking over. */
  abandoned(): void;
  /** Never rejects: a refusal is an answer too (control/message.ts). */
  answer(request: ControlRequest): Promise<object>;
  /** Resolves once the listeners are closed. */
  takeover(pid: number): Promise<void>;
}

/** The socket of the process in charge. Whoever may open the state directory may command it. */
export function openControlSocket(path: string, handlers: ControlHandlers): { close(): void } {
  rmSync(path, { force: true });
  const server = Bun.listen<{ text: string; greeted: boolean; done: boolean }>({
    unix: path,
    socket: {
      open(socket) {
        socket.data = { text: "", greeted: false, done: false };
      },
      data(socket, chunk) {
        socket.data.text += chunk.toString("utf8");
        const end = socket.data.text.indexOf("\n");
        if (end < 0) {
          if (socket.data.text.length > MAX_LINE) socket.end();
          return;
        }
        const line = socket.data.text.slice(0, end);
        socket.data.text = socket.data.text.slice(end + 1);
        const request = parseRequest(line);
        if (request === null) {
          socket.end(`${JSON.stringify({ error: "not understood" })}\n`);
        } else if (request.op === "hello") {
          socket.data.greeted = true;
          socket.write(`${JSON.stringify(handlers.hello())}\n`);
        } else if (request.op !== "takeover") {
          void handlers.answer(request).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
        } else {
          socket.data.done = true;
          // The name is free for the newer process before it hears so.
          server.stop();
          // What it does at once (writing down its bans) is done when the newer process reads on.
          const closed = handlers.takeover(request.pid);
          socket.write(`${JSON.stringify({ ok: true })}\n`);
          void closed.finally(() => socket.end());
        }
      },
      close(socket) {
        if (socket.data.greeted && !socket.data.done) handlers.abandoned();
      },
    },
  });
  chmodSync(path, 0o600);
  return { close: () => server.stop() };
}

/** A line to the process in charge. */
export interface Predecessor {
  readonly hello: Hello;
  /** Resolves once it has given up its name and begins to finish. */
  takeover(): Promise<void>;
  /** Resolves once its listeners are closed (or it is gone). */
  readonly gone: Promise<void>;
  hangUp(): void;
}

/** Null where nobody is in charge: no socket, or one that a killed process left behind. */
export async function findPredecessor(path: string): Promise<Predecessor | null> {
  const lines: string[] = [];
  let wake = (): void => {};
  let closed = false;
  let text = "";
  let gone = (): void => {};
  const goneOnce = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const ended = (): void => {
    closed = true;
    wake();
    gone();
  };
  const nextLine = async (): Promise<string | null> => {
    for (;;) {
      const line = lines.shift();
      if (line !== undefined) return line;
      if (closed) return null;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  let socket: Awaited<ReturnType<typeof Bun.connect>>;
  try {
    socket = await Bun.connect({
      unix: path,
      socket: {
        data(_socket, chunk) {
          text += chunk.toString("utf8");
          const parts = text.split("\n");
          text = parts.pop() ?? "";
          lines.push(...parts);
          wake();
        },
        close: ended,
        error: ended,
      },
    });
  } catch {
    return null;
  }
  socket.write(`${JSON.stringify({ op: "hello" })}\n`);
  const answer = await nextLine();
  const hello = answer === null ? null : helloSchema.safeParse(JSON.parse(answer));
  if (hello === null || !hello.success) {
    socket.end();
    return null;
  }
  return {
    hello: hello.data,
    gone: goneOnce,
    hangUp: () => void socket.end(),
    async takeover() {
      socket.write(`${JSON.stringify({ op: "takeover", pid: process.pid })}\n`);
      await nextLine();
    },
  };
}

function parseRequest(line: string): z.infer<typeof requestSchema> | null {
  try {
    return requestSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
