/** A small generator of pseudo-random numbers (xorshift32), so that a seed names a run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Pieces that rules care about: the seed corpus. */
const corpus = [
  "<script>alert(1)</script>",
  "%3Cscript",
  "&lt;script&gt;",
  "&#x3c;script>",
  "<SCR\\u0069pt >",
  "1 union select 2",
  "1 UNION/**/ALL SELECT",
  "un/**/ion select",
  "'; cat /etc/passwd",
  "|| ls",
  "&& id",
  "..%2f..%2fetc%2fpasswd",
  "..\\..\\boot.ini",
  "....//",
  "/etc/passwd",
  "sqlmap/1.0",
  "nmap",
  "javascript:",
  "java\\73 cript:",
  "\\x6aavascript :",
  "${jndi:ldap}",
  "\\u0024{x}",
  "%u0024{x}",
  "a=a",
  " x=x",
  "aabccf",
  "abcc\n",
  "PHNjcmlwdD4=",
  "616c657274",
  "70726f6d7074",
  "alert",
  "prompt",
  "evil",
  "EVIL.EXE",
  "beta",
  "\0",
  "\xc3\xa9",
  "\xff\xfe",
  "%zz",
  "%",
  "+",
  "x",
  "y",
  "1",
  " ",
  "hello world",
  "a",
  "b",
  "skip",
];
const names = ["a", "b", "c", "d1", "skip", "free", "q", "a%20", "_ga1", "x[]"];

const fieldNames = [
  "Content-Length",
  "Range",
  "X-Evil",
  "x-count_a",
  "Transfer-Encoding",
  "Accept",
];

/** A value: pieces of the corpus, broken and joined; one in three is plain, as most are in life. */
export function someValue(random: Random): string {
  let out = "";
  if (random.below(3) === 0)
    return random.pick(["hello world", "1", "caf\xc3\xa9", "a-b_c", "page 2"]);
  for (let parts = random.below(4); parts >= 0; parts--) {
    let piece = random.pick(corpus);
    if (random.below(4) === 0) piece = piece.slice(random.below(piece.length + 1));
    if (random.below(4) === 0) piece = piece.toUpperCase();
    if (random.below(6) === 0) piece = String.fromCharCode(random.below(256)) + piece;
    out += piece;
  }
  return random.below(40) === 0 ? out.repeat(1 + random.below(60)) : out;
}

export interface FuzzRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly response: string;
}

export function someRequest(random: Random): FuzzRequest {
  const pairs = (): string => {
    const out: string[] = [];
    for (let i = random.below(5); i > 0; i--)
      out.push(`${random.pick(names)}=${encodePart(someValue(random), random)}`);
    return out.join("&");
  };
  const headers = [
    "Host",
    "example.org",
    "User-Agent",
    random.below(4) === 0 ? someValue(random) : "Mozilla/5.0",
  ];
  if (random.below(2) === 0)
    headers.push("Cookie", `${random.pick(names)}=${someValue(random)}; _ga=1`);
  if (random.below(3) === 0) headers.push("Referer", someValue(random));
  // Few sets of names, so that shapes come back.
  if (random.below(4) === 0) headers.push(random.pick(fieldNames), random.pick(["1", "x", ""]));
  const kind = random.below(6);
  const { type, body } = someBody(kind, random, pairs);
  if (type !== "") headers.push("Content-Type", type);
  return {
    method: random.below(3) === 0 ? random.pick(["GET", "evil", "PUT"]) : "POST",
    target: `/${random.below(3) === 0 ? someValue(random) : "path"}?${pairs()}`,
    headers,
    body,
    response: random.below(8) === 0 ? `Stack Trace ${someValue(random)}` : "",
  };
}

function encodePart(value: string, random: Random): string {
  return random.below(3) === 0
    ? value
    : value.replace(/[&=%+#\s]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function someBody(
  kind: number,
  random: Random,
  pairs: () => string,
): { type: string; body: string } {
  switch (kind) {
    case 0:
      return { type: "application/x-www-form-urlencoded", body: pairs() };
    case 1:
      return { type: "application/json", body: someJson(random) };
    case 2:
      return {
        type: "text/xml",
        body: `<a x="${someValue(random).replace(/[<&"]/g, "")}">${someValue(random)}</a>`,
      };
    case 3:
      return { type: "multipart/form-data; boundary=b", body: someMultipart(random) };
    default:
      return { type: "", body: "" };
  }
}

export function someJson(random: Random): string {
  const text = JSON.stringify({
    a: someValue(random),
    list: [random.below(9), someValue(random)],
    n: { m: null },
  });
  return random.below(4) === 0 ? text.slice(0, random.below(text.length)) : text;
}

export function someMultipart(random: Random): string {
  const eol = random.below(6) === 0 ? "\n" : "\r\n";
  let out = "";
  for (let parts = random.below(4); parts > 0; parts--) {
    const file = random.below(3) === 0 ? `; filename="${someValue(random)}"` : "";
    out += `--b${eol}Content-Disposition: form-data; name="${random.pick(names)}"${file}${eol}${eol}${someValue(random)}${eol}`;
  }
  const text = `${out}--b--${eol}`;
  return random.below(4) === 0 ? text.slice(random.below(text.length)) : text;
}
