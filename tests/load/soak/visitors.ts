import { ok as assert } from "node:assert";
import { H2Client } from "@egide/testkit/h2/client.ts";
import { cachedBody } from "@egide/testkit/origin/site.ts";
import { patternAt } from "@egide/testkit/pattern.ts";
import { RawClient, type RawTarget } from "@egide/testkit/raw-client.ts";
import { Visitor } from "./http.ts";

export interface Places {
  readonly plain: RawTarget;
  readonly tls: RawTarget;
  readonly h2: RawTarget;
}

/** One kind of visit, made again and again. Throws where anything is not as it must be. */
export interface Visits {
  readonly name: string;
  /** Rest between two visits, ms. */
  readonly rest: number;
  visit(round: number): Promise<void>;
  leave(): void;
  repeated(): number;
}

function overHttp(
  name: string,
  rest: number,
  target: RawTarget,
  visit: (visitor: Visitor, round: number) => Promise<void>,
): Visits {
  const visitor = new Visitor(target);
  return {
    name,
    rest,
    visit: (round) => visit(visitor, round),
    leave: () => visitor.leave(),
    repeated: () => visitor.repeated,
  };
}

async function hello(visitor: Visitor, round: number, keep: boolean): Promise<void> {
  const path = `/page/${round}`;
  const { status, body } = await visitor.get(path, keep);
  assert(status === 200, `status ${status}`);
  assert(body === `Hello from ${path}\n`, `body ${JSON.stringify(body.slice(0, 60))}`);
}

async function cached(visitor: Visitor, round: number): Promise<void> {
  const key = round % 50;
  const { status, body } = await visitor.get(`/cached/${key}`, true);
  assert(status === 200, `status ${status}`);
  assert(body === cachedBody(String(key), 600), "another body than was asked for");
}

const MEGABYTE = 1_000_000;
async function download(visitor: Visitor): Promise<void> {
  const { status, body } = await visitor.get(`/size/${MEGABYTE}`, true);
  assert(status === 200, `status ${status}`);
  assert(body.length === MEGABYTE, `${body.length} bytes`);
  const start = patternAt(0, 1000).toString("latin1");
  assert(body.startsWith(start), "other bytes than the origin sent");
}

const UPLOAD = Buffer.alloc(300_000, "u");
async function upload(visitor: Visitor, round: number): Promise<void> {
  const chunked = round % 2 === 0;
  const framing = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${UPLOAD.length}`;
  const head = `POST /upload HTTP/1.1\r\nHost: site.test\r\n${framing}\r\n\r\n`;
  const size = `${UPLOAD.length.toString(16)}\r\n`;
  const parts = chunked ? [Buffer.from(size), UPLOAD, Buffer.from("\r\n0\r\n\r\n")] : [UPLOAD];
  const { status, body } = await visitor.send(head, parts);
  assert(
    status === 200 && body === String(UPLOAD.length),
    `status ${status}, ${body.slice(0, 60)}`,
  );
}

async function events(visitor: Visitor): Promise<void> {
  const { status, body } = await visitor.get("/events?count=20", false);
  assert(status === 200, `status ${status}`);
  const wanted = Array.from({ length: 20 }, (_, i) => `data: event ${i}\n\n`).join("");
  assert(body === wanted, "events are missing");
}

function overH2(target: RawTarget): Visits {
  let client: H2Client | null = null;
  let stream = 1;
  let repeated = 0;
  const ask = async (path: string): Promise<boolean> => {
    if (client === null || client.goaway !== null || client.raw.ended) {
      client?.raw.destroy();
      client = await H2Client.connect(target);
      stream = 1;
    }
    const id = stream;
    stream += 2;
    client.request(id, [
      [":method", "GET"],
      [":scheme", "https"],
      [":authority", "site.test"],
      [":path", path],
    ]);
    const answer = await client.answeredOrRefused(id, 15_000);
    if (answer === null) return false;
    client.answers.delete(id);
    assert(answer.ended, `stream cut off: reset ${answer.reset}, status ${answer.status}`);
    assert(answer.status === 200, `status ${answer.status}`);
    assert(answer.body === `Hello from ${path}\n`, "another body than was asked for");
    return true;
  };
  return {
    name: "h2",
    rest: 5,
    async visit(round) {
      // A connection that has served long enough is left, as browsers leave theirs.
      if (stream > 2000) {
        client?.raw.destroy();
        client = null;
      }
      if (await ask(`/h2/${round}`)) return;
      repeated++;
      client?.raw.destroy();
      client = null;
      assert(await ask(`/h2/${round}`), "refused twice");
    },
    leave: () => client?.raw.destroy(),
    repeated: () => repeated,
  };
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
/** A masked text frame (RFC 6455, section 5.2) with a mask of zero. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

async function webSocketSession(target: RawTarget, round: number): Promise<void> {
  const client = await RawClient.connect(target);
  try {
    client.send(
      `GET /ws HTTP/1.1\r\nHost: site.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
    let at = await client.until((received) => {
      const end = received.indexOf("\r\n\r\n");
      if (end >= 0) return end + 4;
      return client.ended ? -1 : undefined;
    }, 15_000);
    const head = client.received.toString("latin1", 0, Math.max(at, 0));
    assert(head.startsWith("HTTP/1.1 101"), `no 101: ${head.slice(0, 40)}`);
    for (let i = 0; i < 40; i++) {
      const text = `message ${round} ${i}`;
      client.send(textFrame(text));
      const end = at + 2 + text.length;
      await client.until((received) => {
        if (received.length >= end) return true;
        assert(!client.ended, "the tunnel was cut");
        return undefined;
      }, 15_000);
      assert(client.received.toString("latin1", at + 2, end) === text, "another echo");
      at = end;
      await Bun.sleep(25);
    }
  } finally {
    client.destroy();
  }
}

export function allVisits({ plain, tls, h2 }: Places): Visits[] {
  return [
    overHttp("h1 kept", 3, plain, (visitor, round) => hello(visitor, round, true)),
    overHttp("h1 new", 10, plain, (visitor, round) => hello(visitor, round, false)),
    overHttp("tls kept", 5, tls, (visitor, round) => hello(visitor, round, true)),
    overHttp("tls new", 25, tls, (visitor, round) => hello(visitor, round, false)),
    overH2(h2),
    overHttp("cache", 5, plain, cached),
    overHttp("download", 100, tls, download),
    overHttp("upload", 100, plain, upload),
    overHttp("events", 50, plain, events),
    {
      name: "websocket",
      rest: 100,
      visit: (round) => webSocketSession(plain, round),
      leave: () => {},
      repeated: () => 0,
    },
  ];
}
