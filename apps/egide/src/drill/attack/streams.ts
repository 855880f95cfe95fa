import type { Socket } from "node:net";
import type { Field } from "#drill/attack/attack.ts";
import { cut, open } from "#drill/connection.ts";
import { frame, headers, PREFACE, TYPE } from "#drill/h2-frame.ts";
import type { Outcome } from "#drill/outcome.ts";
import { pick } from "#drill/random.ts";
import { browser } from "#drill/request.ts";

const GROUP = 2;
const CONNECTIONS = 8;
const MOST_STREAMS = 100;
const TICK_MS = 20;
const END_STREAM = 1;
const ACK = 1;
/** Lets answers come without end: their bytes are not wanted. */
const WIDE = frame(TYPE.window, 0, 0, Buffer.from([0x3f, 0xff, 0, 0]));
/** Indexed fields of HPACK's static table that are a status: 200 to 500 (RFC 7541, appendix A). */
const FIRST_STATUS = 0x88;
const LAST_STATUS = 0x8e;

/** One HTTP/2 connection that asks as many things at once as it may. */
class Line {
  readonly socket: Socket;
  readonly #field: Field;
  readonly #asked = new Map<number, { readonly at: number; outcome: Outcome }>();
  #next = 1;
  #rest: Buffer = Buffer.alloc(0);

  constructor(field: Field, n: number) {
    this.#field = field;
    this.socket = open(field.target, field.address(GROUP, n), ["h2"]);
    this.socket.write(Buffer.concat([PREFACE, WIDE]));
    this.socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.socket.on("close", () => {
      for (const stream of this.#asked.keys()) this.#end(stream);
    });
  }

  get room(): number {
    return this.socket.writable ? MOST_STREAMS - this.#asked.size : 0;
  }

  ask(count: number): void {
    const { target, site, random, now } = this.#field;
    const frames: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const fields = browser(random)
        .fields.filter(([name]) => name !== "Connection")
        .map(([name, value]) => [name.toLowerCase(), value] as const);
      const block = headers(target, pick(site.pages, random), fields);
      frames.push(frame(TYPE.headers, 4 | END_STREAM, this.#next, block));
      this.#asked.set(this.#next, { at: now(), outcome: "lost" });
      this.#next += 2;
    }
    this.socket.write(Buffer.concat(frames));
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 9) {
      const length = bytes.readUIntBE(0, 3);
      if (bytes.length < 9 + length) break;
      const flags = bytes[4] as number;
      this.#frame(bytes[3] as number, flags, bytes.readUInt32BE(5), bytes.subarray(9, 9 + length));
      bytes = bytes.subarray(9 + length);
    }
    this.#rest = bytes;
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === TYPE.settings && (flags & ACK) === 0) {
      this.socket.write(frame(TYPE.settings, ACK, 0, Buffer.alloc(0)));
    }
    if (type === TYPE.headers) {
      const asked = this.#asked.get(stream);
      const first = payload[0] ?? 0;
      if (asked !== undefined && asked.outcome === "lost") {
        asked.outcome = first >= FIRST_STATUS && first <= LAST_STATUS ? "served" : "refused";
      }
    }
    const isOver = (type === TYPE.headers || type === TYPE.data) && (flags & END_STREAM) !== 0;
    if (isOver || type === TYPE.reset) this.#end(stream);
  }

  #end(stream: number): void {
    const asked = this.#asked.get(stream);
    if (asked === undefined) return;
    this.#asked.delete(stream);
    const { at, outcome } = asked;
    this.#field.told({ at, ms: this.#field.now() - at, outcome });
  }
}

/** Whole requests at the drill's rate over a few connections; those that are cut are opened anew. */
export function streams(field: Field): { stop(): void } {
  const lines: (Line | null)[] = Array.from({ length: CONNECTIONS }, () => null);
  let owed = 0;
  const timer = setInterval(() => {
    owed = Math.min(owed + (field.rate * TICK_MS) / 1000, field.rate / 10);
    for (const [n, line] of lines.entries()) {
      const open = line === null || line.socket.destroyed ? new Line(field, n) : line;
      lines[n] = open;
      const count = Math.min(open.room, Math.ceil(owed / (CONNECTIONS - n)), Math.floor(owed));
      if (count <= 0) continue;
      open.ask(count);
      owed -= count;
    }
  }, TICK_MS);
  return {
    stop() {
      clearInterval(timer);
      for (const line of lines) if (line !== null) cut(line.socket);
    },
  };
}
