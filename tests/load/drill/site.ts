/**
 * The site that a drill defends: pages with images and styles, a login, a feed, an interface, and a
 * search that is dear. Run as a process of its own; says where it listens.
 */
const SEARCH_MS = 60;
/** Searches that it can do at once: more have to wait, as behind a real database. */
const SEARCHES = 8;

let searching = 0;
const waiting: (() => void)[] = [];
let sessions = 0;
let answered = 0;

const assets = Array.from({ length: 6 }, (_, n) => `/static/${n}.${n % 2 === 0 ? "css" : "png"}`);
const page = (title: string): string =>
  `<!doctype html><title>${title}</title>${assets
    .map((path) =>
      path.endsWith("css") ? `<link rel=stylesheet href="${path}">` : `<img src="${path}" alt="">`,
    )
    .join("")}<p>${"Lorem ipsum dolor sit amet. ".repeat(80)}`;
const file = "x".repeat(12_000);

async function search(): Promise<void> {
  if (searching >= SEARCHES) await new Promise<void>((resolve) => waiting.push(resolve));
  searching += 1;
  await Bun.sleep(SEARCH_MS);
  searching -= 1;
  waiting.shift()?.();
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/--answered") return new Response(String(answered));
    answered += 1;
    if (pathname.startsWith("/static/")) {
      return new Response(file, { headers: { "cache-control": "public, max-age=3600" } });
    }
    if (pathname === "/search" || pathname === "/graphql") await search();
    if (pathname === "/order") return new Response("ordered", { status: 201 });
    if (pathname === "/login") return new Response("wrong password", { status: 401 });
    if (pathname === "/feed.xml") {
      const headers = {
        "content-type": "application/rss+xml",
        // Asked for anew each time, as many sites have it.
        "cache-control": "no-cache",
        etag: '"1"',
      };
      if (request.headers.get("if-none-match") === headers.etag) {
        return new Response(null, { status: 304, headers });
      }
      return new Response("<rss version='2.0'><channel/></rss>", { headers });
    }
    if (pathname.startsWith("/api/")) return Response.json({ items: [] });
    if (!/^\/(?:$|news|about|board|search)/.test(pathname))
      return new Response("none", { status: 404 });
    const headers: Record<string, string> = { "content-type": "text/html; charset=utf-8" };
    if (!request.headers.has("cookie")) headers["set-cookie"] = `sid=${++sessions}; Path=/`;
    return new Response(page(pathname), { headers });
  },
});
process.stdout.write(`listening on 127.0.0.1:${server.port}\n`);
