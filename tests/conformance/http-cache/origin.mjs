// The suite's origin server, run by Node: some tests send framing that other servers won't.
import { createServer } from "node:http";
import { join } from "node:path";

const root = process.argv[2];
const handlers = new Map();
for (const name of ["config", "test", "state"]) {
  handlers.set(name, (await import(join(root, `server/handle-${name}.mjs`))).default);
}
const print = console.log;
console.log = () => {};
const server = createServer((request, response) => {
  const segments = new URL(request.url, "http://localhost").pathname.split("/").slice(1);
  const handler = handlers.get(segments.shift());
  if (handler === undefined) response.writeHead(404).end();
  else handler(segments, request, response);
});
server.listen(0, "127.0.0.1", () => print(server.address().port));
