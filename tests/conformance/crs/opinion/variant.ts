import type { FrontRequest } from "../front.ts";

/* Requests like the cases' own, which nobody wrote an expectation for: the same payloads, changed as
 * attackers change them, in every place of a request. */

type Random = () => number;

/** A request as an engine is shown it: fields as name and value in turn, all one char a byte. */
export type Shown = Pick<FrontRequest, "method" | "target" | "protocol" | "headers" | "body">;

/** What a case's request carries: decoded values of its query and form, other bodies, own fields. */
export function payloadsOf({ target, headers, body }: Shown): readonly string[] {
  const fields = pairs(headers);
  const type = fields.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  const query = target.includes("?") ? target.slice(target.indexOf("?") + 1) : "";
  const isForm = type.includes("urlencoded");
  const named = `${query}&${isForm ? body : ""}`.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    return decode(equals < 0 ? pair : pair.slice(equals + 1));
  });
  const own = fields.filter(([name]) => !/^(?:host|accept|content-.*|connection)$/i.test(name));
  return [...named, isForm ? "" : body.slice(0, 3000), ...own.map(([, value]) => value)].filter(
    ({ length }) => length > 2,
  );
}

export function pairs(headers: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: headers.length / 2 }, (_, i) => [
    headers[2 * i] as string,
    headers[2 * i + 1] as string,
  ]);
}

const SPACES = ["/**/", "\t", "\n", "  ", "%20", "+", "\v", "\xa0"] as const;
const SIGNS = "'|\"|\\|;|`|<|>|(|)|%00|${|{{|--|#|&&|\xe9|\r\n|=|/../".split("|");
const BEFORE = ["a", "1", "'", "x=", "foo bar ", "test@example.org ", "\n"] as const;
const AFTER = ["a", "1", "'", " --", "#", "/*", ";", " bar"] as const;

/** Up to two changes. */
export function twist(payload: string, random: Random): string {
  const pick = pickWith(random);
  const some = (text: string, share: number, write: (char: string) => string): string =>
    text.replace(/[^]/g, (char) => (random() < share ? write(char) : char));
  const hex = (char: string): string => char.charCodeAt(0).toString(16).padStart(2, "0");
  const changes: readonly ((text: string) => string)[] = [
    (text) => text.toUpperCase(),
    (text) => some(text.toLowerCase(), 0.5, (char) => char.toUpperCase()),
    (text) => text.replaceAll(" ", pick(SPACES)),
    (text) => cutIn(text, random, (rest) => pick(SIGNS) + rest),
    (text) => cutIn(text, random, (rest) => rest.slice(1)),
    (text) => cutIn(text, random, (rest) => rest.slice(0, 1 + Math.floor(random() * 30))),
    (text) => pick(BEFORE) + text,
    (text) => text + pick(AFTER),
    encode,
    (text) => some(text, 0.15, (char) => `&#${char.charCodeAt(0)};`),
    (text) => some(text, 0.1, (char) => `\\x${hex(char)}`),
    (text) => some(text, 0.1, (char) => `%u00${hex(char)}`),
  ];
  let text = payload;
  for (let left = Math.floor(random() * 3); left > 0; left--) text = pick(changes)(text);
  return text;
}

function cutIn(text: string, random: Random, change: (rest: string) => string): string {
  const at = Math.floor(random() * text.length);
  return text.slice(0, at) + change(text.slice(at));
}

/** A request with the payload in one of the places where attackers put it. */
export function carry(payload: string, random: Random): Shown {
  const pick = pickWith(random);
  const line = payload.replace(/[\r\n\0]/g, " ").trim();
  const get = (target: string, ...fields: string[]): Shown => shown("GET", target, fields, "");
  const post = (type: string, body: string): Shown =>
    shown("POST", "/post", ["Content-Type", type, "Content-Length", `${body.length}`], body);
  const part = (disposition: string, body: string): Shown =>
    post(
      "multipart/form-data; boundary=bnd",
      `--bnd\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${body}\r\n--bnd--\r\n`,
    );
  const json = (value: unknown): Shown =>
    post("application/json", Buffer.from(JSON.stringify(value)).toString("latin1"));
  const places: readonly (() => Shown)[] = [
    () => get(`/get?${pick(["a", "test", "id[]", "x.y"])}=${encode(payload)}`),
    () => get(`/${encode(payload).replaceAll("%2F", "/")}`),
    () => post("application/x-www-form-urlencoded", `${pick(["a", "b"])}=${encode(payload)}&c=1`),
    () =>
      json(pick([{ a: payload }, { a: [1, { b: payload }] }, [payload, "x"], { [payload]: 1 }])),
    () => part('name="a"', payload),
    () => part(`name="f"; filename="${line.replace(/["\\]/g, "")}"`, "hello"),
    () => get("/get", "Cookie", `sid=1; a=${line}`),
    () => get("/get", "Referer", line),
    () => get("/get", "X-Custom", line),
    () => get("/get", "User-Agent", line),
  ];
  return pick(places)();
}

function shown(method: string, target: string, fields: readonly string[], body: string): Shown {
  const agent = fields.includes("User-Agent") ? [] : ["User-Agent", "variants of the cases"];
  const headers = ["Host", "localhost", "Accept", "text/html", ...agent, ...fields];
  return { method, target, protocol: "HTTP/1.1", headers, body };
}

function pickWith(random: Random) {
  return <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T;
}

function encode(text: string): string {
  return text.replace(
    /[^A-Za-z0-9_.~-]/g,
    (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function decode(text: string): string {
  return text
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
