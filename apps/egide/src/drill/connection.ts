import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where the installation listens, as the drill reaches it. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Host that the zone answers for. */
  readonly name: string;
}

export interface Answer {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  readonly ms: number;
  /** Names in lower case; of repeated fields all values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** One char a byte; chunks are left as they came. */
  readonly body: string;
}

/** How long a client waits, as browsers do not. */
const PATIENCE_MS = 10_000;
const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();

/** Undefined for `localAddress`: the system chooses. */
export function open(
  target: Target,
  localAddress: string | undefined,
  alpn: string[] = ["http/1.1"],
): Socket {
  const { host, port, tls, name } = target;
  const from = localAddress === undefined ? {} : { localAddress };
  const socket = tls
    ? connectTls({
        host,
        port,
        ...from,
        servername: name,
        ALPNProtocols: alpn,
        // The drill has proved before whom it talks to: see target.ts.
        rejectUnauthorized: false,
      })
    : connectPlain({ host, port, ...from, noDelay: true });
  // Every failure is an ended connection to the drill: `close` follows.
  socket.on("error", () => {});
  return socket;
}

/** Ends a connection so that nothing of it arrives later, when others play. */
export function cut(socket: Socket): void {
  // One that does not stand yet would be waited for, and what was written to it be sent.
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** An HTTP/1.1 client on one connection that is opened when needed: what a simple program has. */
export class Connection {
  readonly #target: Target;
  readonly #address: string | undefined;
  #socket: Socket | null = null;
  #text = "";
  #body = 0;
  #waiting: ((answer: Answer) => void) | null = null;
  #asked = 0;
  #status = 0;
  #headers: ReadonlyMap<string, readonly string[]> = NO_HEADERS;
  #chunked = false;
  #isHead = false;

  constructor(target: Target, address: string | undefined) {
    this.#target = target;
    this.#address = address;
  }

  get isBusy(): boolean {
    return this.#waiting !== null;
  }

  /** Sends a whole request; one at a time. Never rejects. */
  ask(request: string): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#asked = performance.now();
      this.#isHead = request.startsWith("HEAD ");
      const socket = (this.#socket ??= this.#open());
      socket.write(request, "latin1");
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  /** Ends at once. */
  reset(): void {
    if (this.#socket !== null) cut(this.#socket);
    this.#socket = null;
  }

  #open(): Socket {
    const socket = open(this.#target, this.#address);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = null;
      this.#answer(this.#status !== 0 && this.#body < 0 ? this.#status : 0);
    });
    return socket;
  }

  #take(text: string): void {
    this.#text += text;
    if (this.#status === 0 && !this.#readHead()) return;
    if (this.#chunked) {
      if (this.#text.endsWith("0\r\n\r\n")) this.#answer(this.#status);
      return;
    }
    if (this.#body >= 0 && this.#text.length >= this.#body) this.#answer(this.#status);
  }

  #readHead(): boolean {
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [line = "", ...fields] = this.#text.slice(0, end).split("\r\n");
    const status = Number(line.slice(9, 12));
    this.#text = this.#text.slice(end + 4);
    if (status >= 100 && status < 200) return this.#readHead();
    const headers = new Map<string, string[]>();
    for (const field of fields) {
      const colon = field.indexOf(":");
      const name = field.slice(0, colon).toLowerCase();
      const values = headers.get(name);
      const value = field.slice(colon + 1).trim();
      if (values === undefined) headers.set(name, [value]);
      else values.push(value);
    }
    this.#status = status;
    this.#headers = headers;
    // RFC 9112, section 6.3: whatever these say of a body, none follows.
    const isBare = this.#isHead || status === 204 || status === 304;
    this.#chunked = !isBare && headers.get("transfer-encoding")?.[0] === "chunked";
    const length = headers.get("content-length")?.[0];
    this.#body = isBare ? 0 : length === undefined ? -1 : Number(length);
    return true;
  }

  #answer(status: number): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const headers = this.#headers;
    const isLast = status === 0 || headers.get("connection")?.[0] === "close";
    this.#waiting = null;
    this.#status = 0;
    this.#headers = NO_HEADERS;
    const body = this.#text;
    this.#text = "";
    this.#chunked = false;
    if (isLast) this.close();
    waiting({ status, ms: performance.now() - this.#asked, headers, body });
  }
}
