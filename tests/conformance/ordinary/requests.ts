import type { Random } from "@egide/waf/fuzz/inputs.ts";
import { type Draft, hex, type Kind, kinds } from "./kinds.ts";
import { names, queries } from "./words.ts";

/** An ordinary request; text is bytes, one char a byte. */
export interface OrdinaryRequest {
  readonly kind: string;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const agents = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "FreshRSS/1.26.0 (Linux; https://freshrss.org)",
  "curl/8.14.1",
  "python-requests/2.32.3",
];

/** The `index`-th of a never-ending series of ordinary requests. */
export function ordinaryRequest(random: Random, index: number): OrdinaryRequest {
  const entries = Object.entries(kinds);
  const [kind, make] = entries[index % entries.length] as [string, Kind];
  const draft = make(random);
  const { type, body } = bodyOf(draft, random);
  const query = draft.query === undefined ? "" : new URLSearchParams(draft.query).toString();
  const headers = [
    "Host",
    "www.example.org",
    "User-Agent",
    random.pick(agents),
    "Accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Accept-Language",
    "fr-FR,fr;q=0.9,en;q=0.8",
    "Accept-Encoding",
    "gzip, deflate, br, zstd",
    "Cookie",
    cookies(random),
  ];
  if (random.below(2) === 0) {
    const from = encodeURIComponent(random.pick(queries));
    headers.push(
      "Referer",
      random.pick([
        "https://www.example.org/",
        `https://www.google.com/search?q=${from}`,
        `https://www.example.org/l'%C3%A9t%C3%A9?x=${from}#top`,
      ]),
    );
  }
  for (const [name, value] of Object.entries(draft.headers ?? {})) headers.push(name, value);
  if (type !== "") headers.push("Content-Type", type, "Content-Length", String(body.length));
  return {
    kind,
    method: draft.method ?? (type === "" ? "GET" : "POST"),
    target: query === "" ? draft.path : `${draft.path}?${query}`,
    headers,
    body,
  };
}

function cookies(random: Random): string {
  const all = [
    `session=${hex(random, 32)}`,
    `_ga=GA1.1.${random.below(1e9)}.${random.below(1e9)}`,
    `_ga_${hex(random, 8).toUpperCase()}=GS2.1.s17$o1$g0$t17$j60$l0$h0`,
    `_pk_id.1.1fff=${hex(random, 16)}.1700000000.`,
    `cookieconsent=${encodeURIComponent('{"necessary":true,"stats":false}')}`,
    "wp-settings-1=libraryContent%3Dbrowse%26editor%3Dtinymce",
    `prefs=lang:fr|theme:dark|q:${encodeURIComponent(random.pick(queries))}`,
    `last=${encodeURIComponent(random.pick(names))}`,
    "_fbp=fb.1.1700000000000.123456789",
    `utm=${encodeURIComponent("(direct)|(none)")}`,
  ];
  return all.filter(() => random.below(2) === 0).join("; ") || "a=1";
}

function bodyOf({ form, json, multipart }: Draft, random: Random): { type: string; body: string } {
  if (form !== undefined) {
    return {
      type: "application/x-www-form-urlencoded",
      body: new URLSearchParams(form).toString(),
    };
  }
  if (json !== undefined) return { type: "application/json", body: utf8(JSON.stringify(json)) };
  if (multipart === undefined) return { type: "", body: "" };
  const boundary = `----WebKitFormBoundary${hex(random, 16)}`;
  const parts = multipart.map(({ name, file, type, text }) => {
    const named = file === undefined ? "" : `; filename="${utf8(file)}"`;
    const kind = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    const content = type === "image/png" ? text : utf8(text);
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${named}\r\n${kind}\r\n${content}\r\n`;
  });
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: `${parts.join("")}--${boundary}--\r\n`,
  };
}

function utf8(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
