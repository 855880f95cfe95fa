/** Enough of S3 for one bucket in memory: put, get, head, delete, list in pages of four. */
export function fakeS3(): { readonly server: Bun.Server<undefined> } {
  const objects = new Map<string, Uint8Array>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const url = new URL(request.url);
      const key = decodeURIComponent(url.pathname.replace(/^\/media\/?/, ""));
      if (key === "") return list(objects, url.searchParams);
      if (request.method === "PUT") {
        objects.set(key, await request.bytes());
        return new Response(null, { headers: { etag: '"x"' } });
      }
      if (request.method === "DELETE") {
        objects.delete(key);
        return new Response(null, { status: 204 });
      }
      const found = objects.get(key);
      if (found === undefined) {
        return new Response("<Error><Code>NoSuchKey</Code><Message>none</Message></Error>", {
          status: 404,
          headers: { "content-type": "application/xml" },
        });
      }
      const headers = { "last-modified": new Date().toUTCString() };
      return new Response(request.method === "HEAD" ? null : Buffer.from(found), { headers });
    },
  });
  return { server };
}

const PAGE = 4;

function list(objects: ReadonlyMap<string, Uint8Array>, query: URLSearchParams): Response {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("start-after") ?? "";
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(prefix) && key > after)
    .toSorted();
  const page = keys.slice(0, PAGE);
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>${new Date().toISOString()}</LastModified>` +
      `<ETag>"x"</ETag><Size>${objects.get(key)?.length}</Size></Contents>`,
  );
  return new Response(
    `<?xml version="1.0"?><ListBucketResult><Name>media</Name><Prefix>${prefix}</Prefix>` +
      `<KeyCount>${page.length}</KeyCount><MaxKeys>${PAGE}</MaxKeys>` +
      `<IsTruncated>${keys.length > PAGE}</IsTruncated>${contents.join("")}</ListBucketResult>`,
    { headers: { "content-type": "application/xml" } },
  );
}
