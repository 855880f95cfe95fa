import net from "node:net";

/*
 * `dropped.ts PORT COUNT FROM PATH`: that many connections from one address, a request on each, until
 * the other side hangs up; a side that says nothing at all (HAProxy's silent-drop) is left after a
 * moment. Prints how many there were and how long it took.
 */
const [portText, countText, from, path] = process.argv.slice(2) as [string, string, string, string];
const count = Number(countText);
const CLIENTS = 32;
const PATIENCE_MS = 10;
const request = `GET ${path} HTTP/1.1\r\nHost: bench.test\r\n\r\n`;
let answered = 0;
let left = count;

function one(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = net.connect({ host: "127.0.0.1", port: Number(portText), localAddress: from });
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS);
  socket.on("data", () => void answered++);
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(timer);
    resolve();
  });
  socket.write(request);
  return promise;
}

async function client(): Promise<void> {
  while (left-- > 0) await one();
}

const started = performance.now();
await Promise.all(Array.from({ length: CLIENTS }, client));
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${JSON.stringify({ requests: count - answered, failed: answered, seconds })}\n`,
);
