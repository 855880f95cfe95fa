/**
 * A well-behaved visitor in a process of its own: a request every few milliseconds, most on connections
 * that stay open, some on new ones. On SIGUSR1 it prints the figures since the last time as one line of
 * JSON. `bun good-main.ts PORT`.
 */
import { readResponses } from "@egide/testkit/reference/response.ts";
import type { Socket } from "bun";
import { Latencies } from "./latency.ts";

const port = Number(process.argv[2]);
const EVERY_MS = 5;
const KEPT = 4;
const NEW_EACH = 10;
const TIMEOUT_MS = 5000;
const BODY = "Hello from /good\n";

interface Visit {
  since: number;
  text: Buffer[];
  busy: boolean;
  closes: boolean;
}

const latencies = new Latencies();
const kept: Socket<Visit>[] = [];
let sent = 0;

const handlers = {
  data(socket: Socket<Visit>, chunk: Buffer): void {
    const visit = socket.data;
    visit.text.push(Buffer.from(chunk));
    const { responses, malformed } = readResponses(Buffer.concat(visit.text), ["GET"], false);
    const [answer] = responses;
    if (answer === undefined && malformed === null) return;
    if (answer?.status === 200 && answer.body === BODY)
      latencies.add(performance.now() - visit.since);
    else latencies.fail(malformed ?? `status ${answer?.status}`);
    visit.text = [];
    visit.busy = false;
    if (visit.closes) socket.end();
  },
  close(socket: Socket<Visit>): void {
    if (socket.data.busy) latencies.fail("closed before the answer");
    const at = kept.indexOf(socket);
    if (at >= 0) kept.splice(at, 1);
  },
  error(): void {},
};

function ask(socket: Socket<Visit>, closes: boolean): void {
  Object.assign(socket.data, { since: performance.now(), text: [], busy: true, closes });
  const more = closes ? "Connection: close\r\n" : "";
  socket.write(`GET /good HTTP/1.1\r\nHost: site.test\r\n${more}\r\n`);
}

async function connect(): Promise<Socket<Visit> | null> {
  const data = { since: 0, text: [], busy: false, closes: false };
  return await Bun.connect<Visit>({ hostname: "127.0.0.1", port, data, socket: handlers }).catch(
    () => null,
  );
}

async function visitAnew(): Promise<void> {
  const since = performance.now();
  const socket = await connect();
  if (socket === null) {
    latencies.fail("no connection");
    return;
  }
  ask(socket, true);
  socket.data.since = since;
}

async function refill(): Promise<void> {
  if (kept.length >= KEPT) return;
  const socket = await connect();
  if (socket === null) latencies.fail("no connection");
  else kept.push(socket);
}

setInterval(() => {
  for (const socket of kept) {
    if (socket.data.busy && performance.now() - socket.data.since > TIMEOUT_MS) {
      latencies.fail("no answer in time");
      socket.data.busy = false;
      socket.terminate();
    }
  }
  if (kept.length < KEPT) void refill();
  sent++;
  const idle = sent % NEW_EACH === 0 ? undefined : kept.find(({ data }) => !data.busy);
  // All are busy: the edge is slow, and a visitor who comes now opens a connection of his own.
  if (idle === undefined) void visitAnew();
  else {
    ask(idle, false);
    kept.push(kept.splice(kept.indexOf(idle), 1)[0] as Socket<Visit>);
  }
}, EVERY_MS);

process.on("SIGUSR1", () => {
  process.stdout.write(`${JSON.stringify(latencies.take())}\n`);
});
process.stdout.write("visiting\n");
