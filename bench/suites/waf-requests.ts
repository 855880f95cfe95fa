import type { RawRequest } from "../load/raw.ts";

/** What honest visitors of a site send; every request differs in what differs in life. */
export interface WafWorkload {
  readonly name: string;
  readonly requests: readonly RawRequest[];
  /** Least that Égide must be cheaper, as a multiple, than each peer with an engine. */
  readonly goal: number;
  /** Most microseconds that the engine may add. */
  readonly added?: number;
  /** Least share of its own rate that Égide must keep with the engine on. */
  readonly kept?: number;
}

const words =
  "the sea was calm and we walked along the old harbour wall until evening came then had soup at the inn it's a fine place for families (and dogs) who like fresh air & quiet; nous avons mangé du poisson près du port où les bateaux rentrent le soir, and the bill came to 34,50 for two".split(
    " ",
  );

/** Numbers that look random and are the same in every run. */
function number(seed: number): number {
  return (Math.imul(seed + 1, 2_654_435_761) ^ Math.imul(seed + 7, 40_503)) >>> 0;
}

function prose(seed: number, bytes: number): string {
  // A number now and then, so that no two texts are the same and nothing is known from the last one.
  let out = "";
  for (let at = seed * 7; out.length < bytes; at++) {
    const word = words[at % words.length] as string;
    out += word === "nous" ? `\n${word} ` : `${word} `;
    if (at % 9 === 0) out += `${number(seed + at * 31) % 100_000} `;
  }
  return Buffer.from(out.slice(0, bytes).trim(), "utf8").toString("latin1");
}

const escape = (text: string): string =>
  text.replace(/[^\w.~-]/g, (char) =>
    char === " " ? "+" : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );

/** Browsers as they name themselves, each with what it accepts; those of one family name their fields in one order. */
const agents: readonly { readonly family: "firefox" | "chromium"; readonly name: string }[] = [
  ...[
    "X11; Linux x86_64",
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10.15",
  ].flatMap((system) =>
    [128, 131, 133].map((version) => ({
      family: "firefox" as const,
      name: `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
    })),
  ),
  ...["X11; Linux x86_64", "Windows NT 10.0; Win64; x64", "Linux; Android 10; K"].flatMap(
    (system) =>
      [127, 130, 131, 132].map((version) => ({
        family: "chromium" as const,
        name: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
      })),
  ),
];

const languages = [
  "en-GB,en;q=0.7,fr;q=0.3",
  "en-US,en;q=0.5",
  "fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7",
  "de,en-US;q=0.7,en;q=0.3",
  "en-GB,en;q=0.9",
  "nl-NL,nl;q=0.9,en;q=0.8",
];

const orders = {
  firefox:
    "Host, User-Agent, Accept, Accept-Language, Accept-Encoding, Referer, Cookie, Connection, Upgrade-Insecure-Requests, Sec-Fetch-Dest, Sec-Fetch-Mode, Sec-Fetch-Site".split(
      ", ",
    ),
  chromium:
    "Host, Connection, Upgrade-Insecure-Requests, User-Agent, Accept, Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest, Referer, Accept-Encoding, Accept-Language, Cookie".split(
      ", ",
    ),
};

const accepts = {
  firefox: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  chromium:
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
};

/** Twelve header fields as a browser sends them: few kinds of browsers, each visitor with cookies of his own. */
function browser(seed: number): string[] {
  const session = number(seed).toString(16).padStart(8, "0");
  const { family, name } = agents[number(seed * 3 + 1) % agents.length] as (typeof agents)[number];
  const fields: Readonly<Record<string, string>> = {
    Host: "bench.test",
    "User-Agent": name,
    Accept: accepts[family],
    "Accept-Language": languages[number(seed * 5 + 2) % languages.length] as string,
    "Accept-Encoding": "gzip, deflate, br",
    Referer: `http://bench.test/articles/2024/a-walk-along-the-coast-${seed % 50}`,
    Cookie: `session=${session}a1f3c9d27be84; theme=dark; _ga=GA1.2.1234567890.${1_700_000_000 + seed}; consent=yes`,
    Connection: "keep-alive",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
  };
  return orders[family].flatMap((field) => [field, fields[field] as string]);
}

function get(path: string): (seed: number) => RawRequest {
  return (seed) => ({
    method: "GET",
    target: `${path}?page=${seed % 97}&sort=date&q=coast+walk+${number(seed) % 5000}&lang=en`,
    headers: browser(seed),
    body: "",
  });
}

function post(type: string, body: (seed: number) => string): (seed: number) => RawRequest {
  return (seed) => ({
    method: "POST",
    target: "/accept",
    headers: [...browser(seed), "Origin", "http://bench.test", "Content-Type", type],
    body: body(seed),
  });
}

function form(seed: number): string {
  const fields = `title=An+evening+by+the+harbour+${seed}&author=Marie+Leclerc&email=marie${seed}%40bench.test&category=travel&tags=sea%2C+walk%2C+food&publish=1&token=${number(seed).toString(16)}c0ffee&text=`;
  return (
    fields +
    escape(prose(seed, 1400))
      .slice(0, 2048 - fields.length)
      .replace(/%.?$/, "")
  );
}

function json(seed: number): string {
  const places = Array.from({ length: 24 }, (_, i) => ({
    id: number(seed * 24 + i) % 100_000,
    name: `Harbour ${seed * 24 + i}`,
    open: i % 3 !== 0,
    position: { latitude: 48.3 + i / 100, longitude: -4.5 - seed / 1000 },
    tags: ["sea", "walk", "food"],
    note: prose(seed * 24 + i, 260),
  }));
  return JSON.stringify({ version: 2, author: "marie", places });
}

const boundary = "----formboundary7MA4YWxkTrZu0gW";

function upload(seed: number): string {
  const part = (head: string, content: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const picture = Buffer.alloc(102_400);
  for (let i = 0; i < picture.length; i += 4) picture.writeUInt32LE(number(seed + i), i);
  return [
    part('name="title"', `Harbour ${seed}`),
    part(
      `name="picture"; filename="harbour-${seed}.jpg"\r\nContent-Type: image/jpeg`,
      picture.toString("latin1"),
    ),
    `--${boundary}--\r\n`,
  ].join("");
}

function many(count: number, make: (seed: number) => RawRequest): RawRequest[] {
  return Array.from({ length: count }, (_, seed) => make(seed));
}

export const wafWorkloads: readonly WafWorkload[] = [
  {
    name: "GET, 12 headers",
    requests: many(5000, get("/small.html")),
    goal: 30,
    added: 60,
    kept: 0.4,
  },
  {
    name: "form of 2 KB",
    requests: many(4000, post("application/x-www-form-urlencoded", form)),
    goal: 20,
    added: 500,
  },
  { name: "JSON of 10 KB", requests: many(300, post("application/json", json)), goal: 5 },
  {
    name: "upload of 100 KB",
    requests: many(24, post(`multipart/form-data; boundary=${boundary}`, upload)),
    goal: 5,
  },
  { name: "HTML of 100 KB", requests: many(500, get("/page.html")), goal: 5 },
];

/** A page of about so many bytes: markup, links, a table, and prose. */
export function htmlPage(bytes: number): string {
  const parts = [
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Walks by the sea</title><link rel="stylesheet" href="/style.css"></head>\n<body><h1>Walks by the sea</h1>\n',
  ];
  let length = 0;
  for (let i = 0; length < bytes - 600; i++) {
    const part = `<article id="walk-${i}"><h2><a href="/articles/${i}">Walk ${i}</a></h2><p>${prose(i, 420).replaceAll("&", "&amp;")}</p><table><tr><td>${number(i) % 30} km</td><td>${i % 7} h</td></tr></table></article>\n`;
    parts.push(part);
    length += part.length;
  }
  return `${parts.join("")}<footer>Made by the sea</footer></body></html>\n`;
}
