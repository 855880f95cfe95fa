import { createServer, type Socket } from "node:net";
import { Malformed, type ReferenceRequest } from "#reference/message.ts";
import { readHead, readRequests } from "#reference/request.ts";

/** One thing an origin does when it answers: send bytes, wait for something, or end the connection. */
export type ReplyStep =
  | string
  | Uint8Array
  | { readonly do: "end" }
  | { readonly do: "reset" }
  /** Goes on when the test says so. */
  | { readonly do: "wait"; readonly for: Promise<unknown> }
  /** From here on the connection is a raw tunnel whose far end repeats what it is sent. */
  | { readonly do: "tunnel" };

export type Reply = readonly ReplyStep[];

export interface ReceivedRequest {
  readonly request: ReferenceRequest;
  /** Serial number of the connection it came on. */
  readonly connection: number;
}

interface Peer {
  readonly id: number;
  readonly socket: Socket;
  text: string;
  /** Start of the first request not yet answered. */
  at: number;
  answering: boolean;
  answeredHead: boolean;
  tunnel: boolean;
}

/** The answer of an origin that has nothing else to say: it repeats what it was asked. */
export function echoReply(request: ReferenceRequest): Reply {
  const body = `${request.method} ${request.target}`;
  const length = `Content-Length: ${body.length}\r\nContent-Type: text/plain\r\n\r\n`;
  return [`HTTP/1.1 200 OK\r\n${length}${request.method === "HEAD" ? "" : body}`];
}

/**
 * An origin on a bare socket. It keeps every byte it is sent, reads them with the reference parser,
 * answers with scripted bytes, and remembers what no careful parser should have been sent.
 */
export class RecordingOrigin {
  /** What to answer; may be replaced at any time. */
  reply: (request: ReferenceRequest) => Reply = echoReply;
  /** Answer as soon as the head is there, or (the rule) when the whole request is. */
  answerAt: "head" | "complete" = "complete";
  requests: ReceivedRequest[] = [];
  /** Faults of what was received, as the reference parser names them. */
  violations: string[] = [];
  connections = 0;
  port = 0;
  readonly #peers = new Set<Peer>();
  readonly #bytes = new Map<number, Buffer[]>();
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    this.#accept(socket),
  );

  static async start(): Promise<RecordingOrigin> {
    const origin = new RecordingOrigin();
    await new Promise<void>((resolve, reject) => {
      origin.#server.once("error", reject);
      origin.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = origin.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    origin.port = address.port;
    return origin;
  }

  /** Bytes received since the last `forget`, by connection. */
  recorded(): Map<number, Buffer> {
    return new Map([...this.#bytes].map(([id, chunks]) => [id, Buffer.concat(chunks)]));
  }

  /** Starts a new record; connections stay open, and what they hold of an unfinished request stays. */
  forget(): void {
    this.requests = [];
    this.violations = [];
    this.#bytes.clear();
    for (const peer of this.#peers) {
      peer.text = peer.text.slice(peer.at);
      peer.at = 0;
      if (peer.text !== "") this.#bytes.set(peer.id, [Buffer.from(peer.text, "latin1")]);
    }
    this.reply = echoReply;
    this.answerAt = "complete";
  }

  /** Breaks every connection, so that the next case starts on fresh ones. */
  dropConnections(): void {
    for (const peer of this.#peers) peer.socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    const peer: Peer = {
      id: ++this.connections,
      socket,
      text: "",
      at: 0,
      answering: false,
      answeredHead: false,
      tunnel: false,
    };
    this.#peers.add(peer);
    socket.on("data", (chunk: Buffer) => {
      if (peer.tunnel) {
        socket.write(chunk);
        return;
      }
      const chunks = this.#bytes.get(peer.id) ?? [];
      chunks.push(Buffer.from(chunk));
      this.#bytes.set(peer.id, chunks);
      peer.text += chunk.toString("latin1");
      this.#read(peer);
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#peers.delete(peer));
  }

  #read(peer: Peer): void {
    if (peer.answering) return;
    if (this.answerAt === "head" && !peer.answeredHead) {
      const head = this.#guard(peer, () => readHead(peer.text, peer.at));
      if (head === null || head === undefined) return;
      peer.answeredHead = true;
      this.requests.push({ request: head, connection: peer.id });
      void this.#answer(peer, this.reply(head));
      return;
    }
    const reading = readRequests(peer.text.slice(peer.at));
    const [request] = reading.requests;
    if (request === undefined) {
      if (reading.malformed !== null) this.#violation(peer, reading.malformed);
      return;
    }
    // One at a time: the next is read when this one is answered.
    peer.at += reading.ends[0] as number;
    if (peer.answeredHead) {
      peer.answeredHead = false;
      this.#read(peer);
      return;
    }
    this.requests.push({ request, connection: peer.id });
    void this.#answer(peer, this.reply(request));
  }

  #tunnel(peer: Peer): void {
    peer.tunnel = true;
    const early = peer.text.slice(peer.at);
    if (early !== "") peer.socket.write(Buffer.from(early, "latin1"));
    peer.at = peer.text.length;
  }

  #guard<T>(peer: Peer, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.#violation(peer, error.message);
      return undefined;
    }
  }

  #violation(peer: Peer, message: string): void {
    this.violations.push(message);
    peer.socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }

  async #answer(peer: Peer, reply: Reply): Promise<void> {
    peer.answering = true;
    for (const step of reply) {
      if (peer.socket.destroyed) return;
      if (typeof step === "string") peer.socket.write(Buffer.from(step, "latin1"));
      else if (step instanceof Uint8Array) peer.socket.write(step);
      else if (step.do === "end") peer.socket.end();
      else if (step.do === "reset") peer.socket.resetAndDestroy();
      else if (step.do === "tunnel") this.#tunnel(peer);
      else await step.for;
    }
    peer.answering = false;
    if (!peer.tunnel) this.#read(peer);
  }
}
