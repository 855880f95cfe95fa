/**
 * Loads that no tool brings, run as a process of its own on the load's core:
 * `websocket PORT CLIENTS MESSAGES`, `idle PORT COUNT`, `stalled PORT COUNT PATH`.
 * Prints one JSON line when there, and waits for its input to end before it lets go.
 */
const [kind, portText, countText, extra] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const port = Number(portText);
const count = Number(countText);

const HOST = "Host: bench.test\r\n";
const UPGRADE = `GET /socket HTTP/1.1\r\n${HOST}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`;

function connect(
  tls: boolean,
  handlers: Partial<Bun.SocketHandler<Client>>,
): Promise<Bun.Socket<Client>> {
  return Bun.connect<Client>({
    hostname: "127.0.0.1",
    port,
    ...(tls ? { tls: { rejectUnauthorized: false, serverName: "bench.test" } } : {}),
    data: { open: false, got: 0, sent: 0, started: 0 },
    socket: { data() {}, ...handlers },
  });
}

interface Client {
  open: boolean;
  got: number;
  sent: number;
  started: number;
}

/** A masked text frame of 64 bytes (RFC 6455, section 5.2); the mask is zero. */
const frame = Buffer.alloc(70, "x");
frame.set([0x81, 0x80 | 64, 0, 0, 0, 0]);

async function websocket(): Promise<void> {
  const each = Number(extra);
  const times: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: count }, () => {
      const over = Promise.withResolvers<void>();
      const send = (socket: Bun.Socket<Client>): void => {
        socket.data.started = performance.now();
        socket.data.got = 0;
        socket.write(frame);
      };
      void connect(false, {
        open: (socket) => void socket.write(UPGRADE),
        data(socket, chunk) {
          const { data } = socket;
          if (!data.open) {
            data.open = true;
            send(socket);
            return;
          }
          data.got += chunk.length;
          if (data.got < frame.length) return;
          times.push(performance.now() - data.started);
          if (++data.sent === each) {
            socket.end();
            over.resolve();
          } else send(socket);
        },
        close: () => over.resolve(),
      }).catch(() => over.resolve());
      return over.promise;
    }),
  );
  times.sort((a, b) => a - b);
  const seconds = (performance.now() - started) / 1000;
  const p99 = (times[Math.floor(times.length * 0.99)] ?? 0) * 1000;
  console.log(
    JSON.stringify({ requests: times.length, failed: count * each - times.length, seconds, p99 }),
  );
}

/** Opens connections a few at a time; each has had one answer, so that the peer has seen it whole. */
async function hold(tls: boolean, path: string, stall: boolean): Promise<void> {
  let open = 0;
  for (let at = 0; at < count; at += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, count - at) }, () => {
        const ready = Promise.withResolvers<void>();
        const ask = (socket: Bun.Socket<Client>): void =>
          void socket.write(`GET ${path} HTTP/1.1\r\n${HOST}\r\n`);
        void connect(tls, {
          open: (socket) => (tls ? undefined : ask(socket)),
          handshake: (socket) => ask(socket),
          data(socket) {
            if (socket.data.open) return;
            socket.data.open = true;
            open++;
            if (stall) (socket as unknown as { pause(): void }).pause();
            ready.resolve();
          },
          close: () => ready.resolve(),
        }).catch(() => ready.resolve());
        return ready.promise;
      }),
    );
  }
  console.log(JSON.stringify({ open }));
  await Bun.stdin.text();
}

if (kind === "websocket") await websocket();
else if (kind === "idle") await hold(true, "/1k", false);
else await hold(false, extra, true);
process.exit(0);
