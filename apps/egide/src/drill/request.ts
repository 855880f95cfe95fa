/** A browser, a reader, a program: what it says of itself in each request. */
export interface Looks {
  /** Fields in order, the host left out; `accept` and what goes with a document are the caller's. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly host: string;
  readonly looks: Looks;
  readonly extra?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

/** The bytes of an HTTP/1.1 request. */
export function requestText({ method = "GET", path, host, looks, extra = [], body }: Ask): string {
  let text = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n`;
  for (const [name, value] of looks.fields) text += `${name}: ${value}\r\n`;
  for (const [name, value] of extra) text += `${name}: ${value}\r\n`;
  if (body !== undefined) text += `Content-Length: ${body.length}\r\n`;
  return `${text}\r\n${body ?? ""}`;
}

const LANGUAGES = ["en-GB,en;q=0.9", "fr-FR,fr;q=0.9,en;q=0.5", "de-DE,de;q=0.9", "en-US,en;q=0.8"];

/** Browsers as they were in 2026, in their own order of fields. */
const BROWSERS: readonly ((language: string) => Looks)[] = [
  (language) => ({
    fields: [
      ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"],
      ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
      ["Accept-Language", language],
      ["Accept-Encoding", "gzip, deflate, br, zstd"],
      ["Connection", "keep-alive"],
    ],
  }),
  (language) => ({
    fields: [
      ["Connection", "keep-alive"],
      ["sec-ch-ua-mobile", "?0"],
      ["sec-ch-ua-platform", '"Windows"'],
      [
        "User-Agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
      ],
      ["Accept", "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"],
      ["Accept-Encoding", "gzip, deflate, br, zstd"],
      ["Accept-Language", language],
    ],
  }),
  (language) => ({
    fields: [
      ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
      ["Accept-Language", language],
      ["Connection", "keep-alive"],
      ["Accept-Encoding", "gzip, deflate, br"],
      [
        "User-Agent",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1",
      ],
    ],
  }),
  (language) => ({
    fields: [
      ["Connection", "keep-alive"],
      ["sec-ch-ua-mobile", "?1"],
      ["sec-ch-ua-platform", '"Android"'],
      [
        "User-Agent",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
      ],
      ["Accept", "text/html,application/xhtml+xml,image/avif,image/webp,*/*;q=0.8"],
      ["Accept-Encoding", "gzip, deflate, br, zstd"],
      ["Accept-Language", language],
    ],
  }),
];

export function browser(random: () => number): Looks {
  const make = BROWSERS[Math.floor(random() * BROWSERS.length)] as (language: string) => Looks;
  return make(LANGUAGES[Math.floor(random() * LANGUAGES.length)] as string);
}

/** A program that says so. */
export function program(name: string, accept = "*/*"): Looks {
  return {
    fields: [
      ["User-Agent", name],
      ["Accept", accept],
      ["Accept-Encoding", "gzip"],
    ],
  };
}
