import type { Socket } from "bun";
import type { ClientHello } from "#accept/tls/client-hello.ts";
import { Remember } from "@egide/std/remember.ts";
import { ja4 } from "#accept/tls/ja4.ts";
import type { ClientCertificate, TlsFacts } from "#wire/conn.ts";

/** Clients of a kind bring the same facts: thousands of idle connections share one object of them. */
const known = new Remember<TlsFacts>();

/** What became of a handshake. `mutual`: the client was asked for a certificate. */
export function tlsFacts(hello: ClientHello, socket: Socket<unknown>, mutual: boolean): TlsFacts {
  const version = socket.getTLSVersion();
  const cipher = socket.getCipher().name;
  const alpn = socket.alpnProtocol || "";
  const fingerprint = ja4(hello);
  const key = `${version} ${cipher} ${alpn} ${fingerprint} ${hello.serverName}`;
  let facts = known.get(key);
  if (facts === undefined) {
    facts = { version, cipher, serverName: hello.serverName, alpn, ja4: fingerprint };
    known.set(key, facts);
  }
  return mutual ? { ...facts, clientCertificate: clientCertificate(socket) } : facts;
}

function clientCertificate(socket: Socket<unknown>): ClientCertificate | null {
  const shown = socket.getPeerX509Certificate();
  // The types say that there always is one; a client may come without.
  if ((shown as unknown) === undefined || shown === null) return null;
  return {
    verified: socket.authorized,
    subject: shown.subject.replaceAll("\n", ", "),
    fingerprint: shown.fingerprint256.replaceAll(":", "").toLowerCase(),
    serial: shown.serialNumber,
  };
}
