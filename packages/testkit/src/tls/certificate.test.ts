import { expect, test } from "bun:test";
import { createServer } from "node:tls";
import { RawClient } from "#raw-client.ts";
import { createAuthority } from "#tls/certificate.ts";

test("a client that trusts the authority talks to a server with its certificate", async () => {
  const authority = createAuthority();
  const leaf = authority.issue(["site.test", "127.0.0.1"]);
  const server = createServer({ ...leaf, ALPNProtocols: ["http/1.1"] }, (socket) =>
    socket.end("hello"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const tls = { servername: "site.test", ca: authority.cert, alpn: ["http/1.1"] };
  const client = await RawClient.connect({ port, tls });
  await client.untilEnd();
  expect(client.received.toString()).toBe("hello");
  expect(client.alpn).toBe("http/1.1");
  client.destroy();
  const stranger = createAuthority("Another");
  const other = { port, tls: { ...tls, ca: stranger.cert } };
  expect(RawClient.connect(other)).rejects.toThrow();
  server.close();
});
