import type { Socket, TCPSocketListener, UnixSocketListener } from "bun";

interface Seen {
  text: string;
  /** Requests answered on the connection. */
  answered: number;
}

export interface RawOriginOptions {
  /** Answers a request whose head is complete: `text` is all that came since the last answer. */
  readonly answer: (socket: Socket<Seen>, text: string, number: number) => void;
  readonly unix?: string;
  readonly tls?: Bun.TLSOptions;
}

/** An origin that does with its sockets exactly what a test says. */
export class RawOrigin {
  connections = 0;
  requests = 0;
  readonly #listener: TCPSocketListener<Seen> | UnixSocketListener<Seen>;
  readonly #open = new Set<Socket<Seen>>();

  constructor(options: RawOriginOptions) {
    const socket = {
      open: (socket: Socket<Seen>) => {
        this.connections++;
        this.#open.add(socket);
        socket.data = { text: "", answered: 0 };
      },
      data: (socket: Socket<Seen>, chunk: Buffer) => {
        const seen = socket.data;
        seen.text += chunk.toString("latin1");
        if (!seen.text.includes("\r\n\r\n")) return;
        const { text } = seen;
        seen.text = "";
        seen.answered++;
        this.requests++;
        options.answer(socket, text, seen.answered);
      },
      close: (socket: Socket<Seen>) => {
        this.#open.delete(socket);
      },
      error: () => {},
    };
    const tls = options.tls === undefined ? {} : { tls: options.tls };
    this.#listener =
      options.unix === undefined
        ? Bun.listen<Seen>({ hostname: "127.0.0.1", port: 0, socket, ...tls })
        : Bun.listen<Seen>({ unix: options.unix, socket, ...tls });
  }

  get port(): number {
    return (this.#listener as TCPSocketListener<Seen>).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    for (const socket of this.#open) socket.terminate();
    this.#listener.stop(true);
  }
}
