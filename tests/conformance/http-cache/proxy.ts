import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "@egide/std/error.ts";
import type { ByteSource, Fetch, RawHeaders } from "@egide/edge/stream.ts";

const HOP_BY_HOP = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "transfer-encoding",
  "upgrade",
  "trailer",
  "content-length",
]);

function endToEnd(raw: readonly string[], alsoDrop: readonly string[] = []): RawHeaders {
  const drop = new Set([...HOP_BY_HOP, ...alsoDrop]);
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== "connection") continue;
    for (const name of (raw[i + 1] as string).split(",")) drop.add(name.trim().toLowerCase());
  }
  const out: RawHeaders = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (!drop.has((raw[i] as string).toLowerCase()))
      out.push(raw[i] as string, raw[i + 1] as string);
  }
  return out;
}

function lengthOf(message: IncomingMessage): number {
  const { "content-length": length } = message.headers;
  return length === undefined ? -1 : Number(length);
}

function sourceOf(message: IncomingMessage): ByteSource {
  return {
    pipe(sink) {
      message.on("data", (chunk: Uint8Array) => sink.data(chunk));
      message.on("end", () => sink.end(null));
      message.on("error", () => sink.fail(originError()));
    },
    pause: () => void message.pause(),
    resume: () => void message.resume(),
    cancel: () => void message.destroy(),
  };
}

function originError(): AppError {
  return new AppError({
    code: "origin.failed",
    source: "origin",
    retry: true,
    publicMessage: "The origin did not answer.",
  });
}

/** An origin on loopback behind the edge's `Fetch` interface, on node:http. */
export function originFetch(port: number): Fetch {
  return (request, sink) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      method: request.method,
      path: request.target,
      headers: ["Host", request.authority, ...request.headers],
      agent: false,
    });
    outgoing.on("information", (info) =>
      sink.informational(info.statusCode, endToEnd(info.rawHeaders)),
    );
    outgoing.on("response", (message) => {
      const status = message.statusCode ?? 502;
      const bodiless = request.method === "HEAD" || status === 204 || status === 304;
      if (bodiless) message.resume();
      sink.response({
        status,
        reason: message.statusMessage ?? "",
        headers: endToEnd(message.rawHeaders),
        bodyLength: lengthOf(message),
        body: bodiless ? null : sourceOf(message),
        tunnel: null,
      });
    });
    outgoing.on("error", () => sink.fail(originError()));
    if (request.body === null) outgoing.end();
    else {
      request.body.pipe({
        data: (chunk) => void outgoing.write(chunk.slice()),
        end: () => void outgoing.end(),
        fail: () => void outgoing.destroy(),
      });
    }
    return { cancel: () => void outgoing.destroy() };
  };
}

/** The least of a reverse proxy around `fetch`: what the suite's requests reach. */
export async function serveFetch(fetch: Fetch): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, outgoing) => {
    const length = lengthOf(incoming);
    const { method = "GET", url = "/" } = incoming;
    const hasBody = length > 0 || incoming.headers["transfer-encoding"] !== undefined;
    const call = fetch(
      {
        method,
        target: url,
        scheme: "http",
        authority: incoming.headers.host ?? "localhost",
        headers: endToEnd(incoming.rawHeaders, ["host"]),
        body: hasBody ? sourceOf(incoming) : null,
        bodyLength: hasBody ? length : 0,
        upgrade: null,
        affinity: "",
      },
      {
        informational: () => {},
        response(response) {
          const headers = response.headers.slice();
          if (response.body !== null && response.bodyLength >= 0) {
            headers.push("Content-Length", String(response.bodyLength));
          }
          outgoing.sendDate = false;
          outgoing.writeHead(response.status, response.reason, headers);
          if (response.body === null) outgoing.end();
          else {
            response.body.pipe({
              data: (chunk) => void outgoing.write(chunk.slice()),
              end: () => void outgoing.end(),
              fail: () => void outgoing.destroy(),
            });
          }
        },
        fail(error) {
          if (outgoing.headersSent) outgoing.destroy();
          else outgoing.writeHead(502, { "Content-Type": "text/plain" }).end(error.code);
        },
      },
    );
    outgoing.on("close", () => call.cancel());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
