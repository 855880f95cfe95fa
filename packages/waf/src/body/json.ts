import { PairList } from "#body/pairs.ts";
import type { BodyContent, BodyLimits } from "#body/processor.ts";

/**
 * JSON (RFC 8259) flattened to arguments: `{"a":{"b":[1,"x"]}}` becomes `json.a.b=2` (the array with
 * its length), `json.a.b.0=1` and `json.a.b.1=x`. Every member counts, also where a key comes twice, since back ends differ in
 * which of them they take.
 */
export function processJson(body: string, _type: string, limits: BodyLimits): BodyContent {
  const reader = new JsonReader(body, limits);
  const error = reader.run();
  return { args: reader.args.pairs, ...(error === undefined ? {} : { error }) };
}

/** Ends the reading; its message becomes the body's error. */
class JsonError extends Error {}

class JsonReader {
  readonly args: PairList;
  readonly #text: string;
  readonly #depthLimit: number;
  #at = 0;
  #depth = 0;

  constructor(text: string, limits: BodyLimits) {
    this.#text = text;
    this.#depthLimit = limits.jsonDepthLimit;
    this.args = new PairList(limits.argumentsLimit);
  }

  run(): string | undefined {
    // A byte order mark is passed over, as most parsers do.
    if (this.#text.startsWith("\xef\xbb\xbf")) this.#at = 3;
    try {
      this.#space();
      if (this.#at >= this.#text.length) return undefined;
      this.#value("json");
      this.#space();
      if (this.#at < this.#text.length) this.#fail("text after the document");
      return undefined;
    } catch (error) {
      if (error instanceof JsonError) return `JSON: ${error.message}`;
      throw error;
    }
  }

  #fail(message: string): never {
    throw new JsonError(`${message} at byte ${this.#at}`);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return;
      this.#at++;
    }
  }

  #emit(name: string, value: string): void {
    if (!this.args.add(name, value)) this.#fail(this.args.overflow ?? "too many arguments");
  }

  #value(name: string): void {
    const char = this.#text[this.#at];
    if (char === "{") this.#object(name);
    else if (char === "[") this.#array(name);
    else if (char === '"') this.#emit(name, this.#string());
    else this.#emit(name, this.#literal());
  }

  #enter(): void {
    this.#at++;
    if (++this.#depth > this.#depthLimit) this.#fail(`nested deeper than ${this.#depthLimit}`);
    this.#space();
  }

  #object(name: string): void {
    this.#enter();
    if (this.#text[this.#at] === "}") return this.#leave();
    for (;;) {
      if (this.#text[this.#at] !== '"') this.#fail("a key is missing");
      const key = this.#string();
      this.#space();
      if (this.#text[this.#at++] !== ":") this.#fail("a colon is missing");
      this.#space();
      this.#value(`${name}.${key}`);
      if (this.#next("}")) return;
    }
  }

  #array(name: string): void {
    this.#enter();
    let length = 0;
    if (this.#text[this.#at] === "]") this.#leave();
    else {
      do this.#value(`${name}.${length++}`);
      while (!this.#next("]"));
    }
    this.#emit(name, String(length));
  }

  #leave(): void {
    this.#at++;
    this.#depth--;
  }

  /** After a member: true at the closing bracket, false behind a comma. */
  #next(close: string): boolean {
    this.#space();
    const char = this.#text[this.#at];
    if (char === close) {
      this.#leave();
      return true;
    }
    if (char !== ",") this.#fail(`, or ${close} is missing`);
    this.#at++;
    this.#space();
    return false;
  }

  #string(): string {
    let out = "";
    let from = ++this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) this.#fail("string without end");
      if (code === 34) {
        out += this.#text.slice(from, this.#at++);
        return out;
      }
      if (code < 32) this.#fail("control character in a string");
      if (code !== 92) {
        this.#at++;
        continue;
      }
      out += this.#text.slice(from, this.#at) + this.#escape();
      from = this.#at;
    }
  }

  #escape(): string {
    const char = this.#text[this.#at + 1] ?? "";
    if (char === "u") return utf8(this.#codePoint());
    const known = escapes[char];
    if (known === undefined) return this.#fail("unknown escape");
    this.#at += 2;
    return known;
  }

  #codePoint(): number {
    const unit = (): number => {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9A-Fa-f]{4}$/.test(digits)) this.#fail("\\u wants four digits");
      this.#at += 6;
      return Number.parseInt(digits, 16);
    };
    const high = unit();
    if (high < 0xd800 || high > 0xdbff || this.#text.slice(this.#at, this.#at + 2) !== "\\u")
      return high;
    const mark = this.#at;
    const low = unit();
    if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + (high - 0xd800) * 1024 + (low - 0xdc00);
    this.#at = mark;
    return high;
  }

  #literal(): string {
    const found = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
      this.#text.slice(this.#at, this.#at + 400),
    );
    if (found === null) return this.#fail("a value is missing");
    this.#at += found[0].length;
    return found[0] === "null" ? "" : found[0];
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** A code point as UTF-8 bytes; a lone surrogate too, in the three bytes it would take. */
export function utf8(code: number): string {
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
  if (code < 0x10000) {
    return String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return String.fromCharCode(
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 63),
    0x80 | ((code >> 6) & 63),
    0x80 | (code & 63),
  );
}
