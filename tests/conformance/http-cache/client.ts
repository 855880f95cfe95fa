import { request } from "node:http";

interface Init {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** As much of fetch() as the suite's client uses, without what fetch() adds or hides. */
export function rawFetch(url: string, init: Init = {}): Promise<unknown> {
  const { hostname, port, pathname, search } = new URL(url);
  const headers = (init.headers ?? []).flatMap(([name, value]) => [name, value]);
  if (init.body !== undefined) headers.push("Content-Length", String(Buffer.byteLength(init.body)));
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      path: pathname + search,
      method: init.method ?? "GET",
      headers: ["Host", `${hostname}:${port}`, ...headers],
      agent: false,
    });
    outgoing.on("error", reject);
    outgoing.on("response", (message) => {
      const chunks: Buffer[] = [];
      message.on("error", reject);
      message.on("data", (chunk: Buffer) => chunks.push(chunk));
      message.on("end", () => {
        const fields = new Map<string, string>();
        for (let i = 0; i < message.rawHeaders.length; i += 2) {
          const name = (message.rawHeaders[i] as string).toLowerCase();
          const value = message.rawHeaders[i + 1] as string;
          const known = fields.get(name);
          fields.set(name, known === undefined ? value : `${known}, ${value}`);
        }
        resolve({
          status: message.statusCode,
          statusText: message.statusMessage,
          headers: {
            get: (name: string) => fields.get(name.toLowerCase()) ?? null,
            has: (name: string) => fields.has(name.toLowerCase()),
            [Symbol.iterator]: () => fields[Symbol.iterator](),
            forEach: (visit: (value: string, name: string) => void) => {
              for (const [name, value] of fields) visit(value, name);
            },
          },
          text: () => Promise.resolve(Buffer.concat(chunks).toString("utf8")),
        });
      });
    });
    outgoing.end(init.body);
  });
}
