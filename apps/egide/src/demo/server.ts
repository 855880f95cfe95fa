import { homePage, notePage, SHIELD } from "#demo/page.ts";
import { type DemoText, ENGLISH, FRENCH } from "#demo/text.ts";
import script from "#demo/demo.client.js" with { type: "text" };
import style from "#demo/style.css" with { type: "text" };

const HTML = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cache-control": "no-cache",
} as const;

/** The small site that stands behind the edge when there is no other. Holds no state but a count. */
export function startDemo(): Bun.Server<undefined> {
  let asked = 0;
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    routes: {
      "/": (request) => html(homePage(ENGLISH, request.headers)),
      "/fr": (request) => html(homePage(FRENCH, request.headers)),
      "/style.css": () => asset(style, "text/css"),
      "/demo.js": () => asset(script, "text/javascript"),
      "/shield.svg": () => asset(SHIELD, "image/svg+xml"),
      "/cached": () => {
        asked += 1;
        return new Response(`№ ${asked}`, {
          // RFC 9213: the edge keeps it, browsers don't, so that each click reaches the edge.
          headers: {
            "content-type": "text/plain; charset=utf-8",
            "cache-control": "no-store",
            "cdn-cache-control": "max-age=10",
          },
        });
      },
      "/events": () => clockEvents(),
      "/upload": { POST: upload },
    },
    fetch: (request) => {
      const text = languageOf(request);
      return html(notePage(text, text.missing), 404);
    },
  });
}

async function upload(request: Request): Promise<Response> {
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of request.body ?? []) bytes += (chunk as Uint8Array).byteLength;
  const text = languageOf(request);
  return html(notePage(text, text.uploaded(bytes, Math.round(performance.now() - began))));
}

function clockEvents(): Response {
  let timer: ReturnType<typeof setInterval> | undefined;
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      const tick = (): void => {
        controller.enqueue(
          encoder.encode(`data: ${new Date().toISOString().slice(11, 19)} UTC\n\n`),
        );
      };
      tick();
      timer = setInterval(tick, 1000);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(stream, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

function languageOf(request: Request): DemoText {
  return new URL(request.url).searchParams.get("lang") === "fr" ? FRENCH : ENGLISH;
}

function html(body: string, status = 200): Response {
  return new Response(body, { status, headers: HTML });
}

function asset(body: string, type: string): Response {
  return new Response(body, {
    headers: { "content-type": `${type}; charset=utf-8`, "cache-control": "max-age=3600" },
  });
}
