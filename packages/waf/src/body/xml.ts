import type { BodyContent, BodyLimits } from "#body/processor.ts";
import { utf8 } from "#body/json.ts";

const predefined: Readonly<Record<string, string>> = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  quot: '"',
};

/**
 * XML 1.0 as far as the rules look at it: the text of the whole document (`XML:/*`) and the values of
 * all attributes (`XML://@*`). No DTD is fetched and no declared entity is expanded, so neither a file
 * nor a "billion laughs" can come in. What a broken document held before its fault is still looked at.
 */
export function processXml(body: string, _type: string, limits: BodyLimits): BodyContent {
  const reader = new XmlReader(body, limits.xmlDepthLimit, limits.argumentsLimit);
  const error = reader.run();
  const xml = { text: reader.text, attributes: reader.attributes };
  return { args: [], xml, ...(error === undefined ? {} : { error }) };
}

class XmlError extends Error {}

const nameStart = /[A-Za-z_:\x80-\xff]/;
const namePart = /[-A-Za-z0-9_:.\x80-\xff]/;

class XmlReader {
  text = "";
  readonly attributes: string[] = [];
  readonly #source: string;
  readonly #depthLimit: number;
  readonly #attributeLimit: number;
  readonly #open: string[] = [];
  #at = 0;
  #roots = 0;

  constructor(source: string, depthLimit: number, attributeLimit: number) {
    this.#source = source;
    this.#depthLimit = depthLimit;
    this.#attributeLimit = attributeLimit;
  }

  run(): string | undefined {
    if (this.#source.startsWith("\xef\xbb\xbf")) this.#at = 3;
    try {
      while (this.#at < this.#source.length) this.#step();
      const open = this.#open.at(-1);
      if (open !== undefined) this.#fail(`element ${open} without end`);
      if (this.#roots === 0) this.#fail("no element");
      return undefined;
    } catch (error) {
      if (error instanceof XmlError) return `XML: ${error.message}`;
      throw error;
    }
  }

  #fail(message: string): never {
    throw new XmlError(`${message} at byte ${this.#at}`);
  }

  #step(): void {
    const next = this.#source.indexOf("<", this.#at);
    const end = next < 0 ? this.#source.length : next;
    if (end > this.#at) {
      const text = this.#source.slice(this.#at, end);
      if (this.#open.length > 0) this.text += this.#decode(text);
      else if (/[^ \t\r\n]/.test(text)) this.#fail("text outside the document's element");
      this.#at = end;
    }
    if (next < 0) return;
    if (this.#skip("<!--", "-->") || this.#skip("<?", "?>") || this.#cdata()) return;
    if (this.#source.startsWith("<!DOCTYPE", this.#at)) this.#doctype();
    else if (this.#source.startsWith("</", this.#at)) this.#endTag();
    else this.#startTag();
  }

  #skip(open: string, close: string): boolean {
    if (!this.#source.startsWith(open, this.#at)) return false;
    const end = this.#source.indexOf(close, this.#at + open.length);
    if (end < 0) this.#fail(`${open} without end`);
    this.#at = end + close.length;
    return true;
  }

  #cdata(): boolean {
    const open = "<![CDATA[";
    const start = this.#at + open.length;
    if (!this.#skip(open, "]]>")) return false;
    if (this.#open.length === 0) this.#fail("CDATA outside the document's element");
    this.text += this.#source.slice(start, this.#at - 3);
    return true;
  }

  #doctype(): void {
    let depth = 0;
    let quote = "";
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at] as string;
      if (quote !== "") {
        if (char === quote) quote = "";
      } else if (char === '"' || char === "'") quote = char;
      else if (char === "<") depth++;
      else if (char === ">" && --depth === 0) {
        this.#at++;
        return;
      }
    }
    this.#fail("DOCTYPE without end");
  }

  #name(): string {
    const start = this.#at;
    if (!nameStart.test(this.#source[this.#at] ?? "")) this.#fail("a name is missing");
    while (namePart.test(this.#source[this.#at] ?? "")) this.#at++;
    return this.#source.slice(start, this.#at);
  }

  #space(): boolean {
    const start = this.#at;
    while (/[ \t\r\n]/.test(this.#source[this.#at] ?? "")) this.#at++;
    return this.#at > start;
  }

  #endTag(): void {
    this.#at += 2;
    const name = this.#name();
    this.#space();
    if (this.#source[this.#at] !== ">") this.#fail("> is missing");
    this.#at++;
    if (this.#open.pop() !== name) this.#fail(`the end of ${name} fits no start`);
  }

  #startTag(): void {
    this.#at++;
    const name = this.#name();
    if (this.#open.length === 0 && ++this.#roots > 1) this.#fail("a second element at the top");
    for (;;) {
      const spaced = this.#space();
      if (this.#source.startsWith("/>", this.#at)) {
        this.#at += 2;
        return;
      }
      if (this.#source[this.#at] === ">") {
        this.#at++;
        this.#open.push(name);
        if (this.#open.length > this.#depthLimit)
          this.#fail(`nested deeper than ${this.#depthLimit}`);
        return;
      }
      if (!spaced) this.#fail("a space is missing before an attribute");
      this.#attribute();
    }
  }

  #attribute(): void {
    const name = this.#name();
    this.#space();
    if (this.#source[this.#at++] !== "=") this.#fail(`attribute ${name} has no value`);
    this.#space();
    const quote = this.#source[this.#at++] ?? "";
    if (quote !== '"' && quote !== "'") this.#fail(`the value of attribute ${name} is not quoted`);
    const end = this.#source.indexOf(quote, this.#at);
    if (end < 0) this.#fail(`the value of attribute ${name} has no end`);
    const value = this.#source.slice(this.#at, end);
    if (this.attributes.length >= this.#attributeLimit) this.#fail("too many attributes");
    // Namespace declarations are no attributes to XPath.
    if (name !== "xmlns" && !name.startsWith("xmlns:")) this.attributes.push(this.#decode(value));
    this.#at = end + 1;
    if (value.includes("<")) this.#fail("< in an attribute's value");
  }

  #decode(text: string): string {
    if (!text.includes("&")) return text;
    return text.replace(
      /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([^;&\s]{1,64}));|&/g,
      (all, ...groups) => {
        const [decimal, hex, name] = groups as (string | undefined)[];
        if (decimal !== undefined) return utf8(Number(decimal));
        if (hex !== undefined) return utf8(Number.parseInt(hex, 16));
        if (name !== undefined) return predefined[name] ?? "";
        return all;
      },
    );
  }
}
