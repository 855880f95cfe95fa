import { gzipSync } from "node:zlib";
import { patternAt } from "#pattern.ts";

/**
 * A small real site on Bun's own server, an HTTP implementation that shares no code with the product:
 * `/echo` repeats the request, `/size/N` sends N bytes, `/cached/NAME/N` may be cached, `/events` sends
 * server-sent events, `/ws` echoes WebSocket messages, `/drip` sends a byte now and then, `/upload`
 * counts a body, `/bomb` is a small gzip body that unpacks to 64 MB.
 */
export function startSite(): { readonly port: number; stop(): Promise<void> } {
  let bomb: Uint8Array<ArrayBuffer> | null = null;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 120,
    async fetch(request, server) {
      const url = new URL(request.url);
      const [, name = "", argument = "", length = ""] = url.pathname.split("/");
      switch (name) {
        case "ws":
          return server.upgrade(request) ? undefined : new Response("no", { status: 400 });
        case "echo":
          return await echo(request, url);
        case "size":
          return new Response(sized(Number(argument)));
        case "cached":
          return new Response(cachedBody(argument, Number(length || 600)), {
            headers: { "cache-control": "public, max-age=60", etag: `"${argument}"` },
          });
        case "events":
          return events(Number(url.searchParams.get("count") ?? 3));
        case "drip":
          return drip(Number(url.searchParams.get("bytes") ?? 10));
        case "upload":
          return new Response(String(await countBytes(request)));
        case "bomb":
          bomb ??= new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
          return new Response(bomb, {
            headers: { "content-encoding": "gzip", "cache-control": "public, max-age=60" },
          });
        default:
          return new Response(`Hello from ${url.pathname}\n`);
      }
    },
    websocket: {
      message(socket, message) {
        socket.send(message);
      },
    },
  });
  return { port: server.port as number, stop: () => server.stop(true) };
}

/** Tells its name in every few bytes, so that a piece of another body shows. */
export function cachedBody(name: string, length: number): string {
  const piece = `cached ${name} `;
  return piece.repeat(Math.ceil(length / piece.length));
}

const bodies = new Map<number, Buffer<ArrayBuffer>>();

/** Made once for each length: thousands of readers share it. */
function sized(length: number): Buffer<ArrayBuffer> {
  const known = bodies.get(length);
  if (known !== undefined) return known;
  const body = Buffer.alloc(length);
  for (let at = 0; at < length; ) at += patternAt(at, length - at).copy(body, at);
  bodies.set(length, body);
  return body;
}

async function echo(request: Request, url: URL): Promise<Response> {
  return Response.json({
    method: request.method,
    target: url.pathname + url.search,
    headers: [...request.headers],
    body: await request.text(),
  });
}

async function countBytes(request: Request): Promise<number> {
  let count = 0;
  for await (const chunk of request.body ?? []) count += chunk.length;
  return count;
}

function events(count: number): Response {
  let sent = 0;
  const body = new ReadableStream<string>({
    async pull(controller) {
      if (sent > 0) await Bun.sleep(50);
      controller.enqueue(`data: event ${sent++}\n\n`);
      if (sent >= count) controller.close();
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
  });
}

function drip(bytes: number): Response {
  let sent = 0;
  const body = new ReadableStream<string>({
    async pull(controller) {
      await Bun.sleep(20);
      controller.enqueue(".");
      if (++sent >= bytes) controller.close();
    },
  });
  return new Response(body);
}
