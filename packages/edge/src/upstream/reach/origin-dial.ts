import type { TLSOptions } from "bun";
import type { Dial } from "#upstream/reach/dial.ts";
import { type OriginTls, tolerates } from "#upstream/reach/tls.ts";
import { type ClientTls, dial } from "#wire/transport/transport.ts";

/** Dials over the real network. */
export const dialOrigin: Dial = (target, tls, opened, failed) =>
  dial(target, tls === null ? null : clientTls(tls), opened, failed);

const ALPN = {
  "http/1.1": Buffer.from("\x08http/1.1", "latin1"),
  h2: Buffer.from("\x02h2", "latin1"),
};

function clientTls(tls: OriginTls): ClientTls {
  const options: TLSOptions = {
    // Otherwise the runtime only reports, and `tolerates` judges.
    rejectUnauthorized: tls.verify === "full",
    ALPNProtocols: ALPN[tls.alpn],
    ...(tls.serverName === null ? {} : { serverName: tls.serverName }),
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.certificate === null || tls.key === null
      ? {}
      : { cert: tls.certificate, key: tls.key }),
  };
  return { options, tolerates: (problem) => tolerates(tls.verify, problem) };
}
