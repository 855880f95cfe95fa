import type { Socket } from "bun";
import type { ClientHello } from "#accept/tls/client-hello.ts";
import { ja4 } from "#accept/tls/ja4.ts";
import type { ClientCertificate, TlsFacts } from "#wire/conn.ts";

/** What became of a handshake. `mutual`: the client was asked for a certificate. */
export function tlsFacts(hello: ClientHello, socket: Socket<unknown>, mutual: boolean): TlsFacts {
  const facts = {
    version: socket.getTLSVersion(),
    cipher: socket.getCipher().name,
    serverName: hello.serverName,
    alpn: socket.alpnProtocol || "",
    ja4: ja4(hello),
  };
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
