import { afterAll, expect, test } from "bun:test";
import { connect, type ClientHttp2Session } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BIG, startEchoServer } from "./echo-server.ts";

const server = startEchoServer();
const url = `http://127.0.0.1:${server.port}`;
const nghttp = Bun.which("nghttp");
const h2load = Bun.which("h2load");
if (nghttp === null || h2load === null) {
  console.warn("left out: HTTP/2 against nghttp2's tools (no nghttp2-client on this machine)");
}

afterAll(() => server.stop());

async function run(command: string, args: string[]): Promise<string> {
  const child = Bun.spawn([command, ...args], { stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return out + err;
}

interface Reply {
  readonly status: number;
  readonly body: Buffer;
  readonly trailers: Record<string, unknown>;
}

/** One request by node:http2. */
function ask(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body: Buffer | null,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === null });
    const parts: Buffer[] = [];
    let status = 0;
    let trailers: Record<string, unknown> = {};
    stream.on("response", (fields) => {
      status = Number(fields[":status"]);
    });
    stream.on("trailers", (fields) => {
      trailers = fields;
    });
    stream.on("data", (chunk: Buffer) => parts.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => resolve({ status, body: Buffer.concat(parts), trailers }));
    if (body !== null) stream.end(body);
  });
}

test("node:http2 as the client: many at once, large bodies both ways", async () => {
  const session = connect(url);
  try {
    const upload = Buffer.alloc(3_000_000, "abcdefghijklmnop");
    const replies = await Promise.all([
      ask(session, { ":path": "/" }, null),
      ask(session, { ":path": "/big" }, null),
      ask(session, { ":path": "/echo", ":method": "POST" }, upload),
      ...Array.from({ length: 40 }, (_, i) =>
        ask(session, { ":path": "/echo", ":method": "POST" }, Buffer.from(`n${i}`)),
      ),
    ]);
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(replies[0]?.body.toString()).toBe("hello");
    expect(replies[1]?.body.length).toBe(BIG * 1024);
    expect(replies[2]?.body.equals(upload)).toBe(true);
    expect(replies[42]?.body.toString()).toBe("n39");
  } finally {
    session.destroy();
  }
});

test.skipIf(nghttp === null)("nghttp: what it reads is what was said", async () => {
  const out = await run(nghttp as string, ["-v", "--no-dep", `${url}/`]);
  expect(out).toContain(":status: 103");
  expect(out).toContain("link: </style.css>; rel=preload");
  expect(out).toContain("content-length: 5");
  expect(out).toContain("hello");
  expect(out).toContain("END_STREAM");
  expect(out).not.toContain("RST_STREAM");
  expect(out).not.toContain("INVALID");
});

test.skipIf(nghttp === null)(
  "nghttp: an upload with trailers, padding and small windows",
  async () => {
    const file = join(tmpdir(), `egide-nghttp-${process.pid}`);
    await Bun.write(file, Buffer.alloc(300_000, "x"));
    try {
      const args = ["-v", "--padding=50", "--window-bits=10", "--trailer=x-sum: 7", "-d", file];
      const out = await run(nghttp as string, [...args, "--no-content-length", `${url}/echo`]);
      expect(out).toContain(":status: 200");
      expect(out.match(/x-sum: 7/g)).toHaveLength(2);
      expect(out).not.toContain("RST_STREAM");
      const last = server.exchanges.at(-1);
      expect(last?.bodyLength).toBe(-1);
      expect(last?.bytesIn).toBeGreaterThan(300_000);
    } finally {
      await Bun.file(file).delete();
    }
  },
);

test.skipIf(h2load === null)("h2load: thousands of requests, all whole", async () => {
  for (const [path, args, each] of [
    ["/", ["-n", "5000", "-c", "8", "-m", "32"], 5],
    ["/big", ["-n", "60", "-c", "4", "-m", "8", "-w", "14", "-W", "15"], BIG * 1024],
  ] as const) {
    const out = await run(h2load as string, [...args, `${url}${path}`]);
    const count = Number(args[1]);
    expect(out).toContain(`${count} succeeded, 0 failed, 0 errored, 0 timeout`);
    expect(Number(/traffic: .*\((\d+)\) data/.exec(out)?.[1])).toBe(count * each);
  }
});
