import { type Disposition, parseDisposition } from "#body/disposition.ts";
import { PairList } from "#body/pairs.ts";
import type { BodyContent, BodyLimits, FilePart, MultipartFlags, Pair } from "#body/processor.ts";

/**
 * multipart/form-data (RFC 7578, RFC 2046 section 5.1), read strictly: everything on which back ends
 * may disagree raises a flag. Reading goes on after a fault where it can, so that what an attacker
 * hides behind one is still looked at.
 */
export function processMultipart(body: string, type: string, limits: BodyLimits): BodyContent {
  const flags = noFlags();
  const boundary = boundaryOf(type, flags);
  if (boundary === undefined) {
    return { args: [], multipart: flags, error: "Multipart: the boundary is missing or invalid" };
  }
  return new MultipartReader(body, boundary, flags, limits).run();
}

function noFlags(): MultipartFlags {
  return {
    boundaryQuoted: false,
    boundaryWhitespace: false,
    crlfLfLines: false,
    dataAfter: false,
    dataBefore: false,
    fileLimitExceeded: false,
    headerFolding: false,
    invalidHeaderFolding: false,
    invalidPart: false,
    invalidQuoting: false,
    lfLine: false,
    missingSemicolon: false,
    unmatchedBoundary: false,
  };
}

function boundaryOf(type: string, flags: MultipartFlags): string | undefined {
  const found = /;(\s*)boundary(\s*)=(\s*)(?:"([^"]*)"|([^";]*))/i.exec(type);
  if (found === null) return undefined;
  const [, , before = "", after = "", quoted, bare] = found;
  flags.boundaryQuoted = quoted !== undefined;
  const boundary = quoted ?? (bare as string).trimEnd();
  flags.boundaryWhitespace = before !== "" || after !== "" || /\s/.test(boundary);
  const twice = type.slice(found.index + found[0].length).search(/boundary\s*=/i) >= 0;
  const valid = boundary !== "" && boundary.length <= 200 && /^[\x20-\x7e]+$/.test(boundary);
  return valid && !twice ? boundary : undefined;
}

class MultipartReader {
  readonly #body: string;
  readonly #mark: string;
  readonly #flags: MultipartFlags;
  readonly #limits: BodyLimits;
  readonly #args: PairList;
  readonly #files: FilePart[] = [];
  readonly #headers: Pair[] = [];
  #error: string | undefined;
  #parts = 0;
  #crlf = false;
  #lf = false;

  constructor(body: string, boundary: string, flags: MultipartFlags, limits: BodyLimits) {
    this.#body = body;
    this.#mark = `--${boundary}`;
    this.#flags = flags;
    this.#limits = limits;
    this.#args = new PairList(limits.argumentsLimit);
  }

  run(): BodyContent {
    let start = this.#nextMark(0);
    if (start < 0) this.#fail("no boundary is in the body");
    else if (start > 0) this.#flags.dataBefore = true;
    let final = false;
    while (start >= 0 && !final) {
      const line = this.#lineEnd(start);
      const tail = this.#body.slice(start + this.#mark.length, line.end);
      if (tail === "--") final = true;
      else if (tail.trim() !== "") this.#fail("a boundary is followed by text");
      const next = this.#nextMark(line.next);
      if (final) this.#after(line.next);
      else if (!this.#part(line.next, next)) break;
      start = next;
    }
    if (!final) this.#fail("the final boundary is missing");
    this.#flags.lfLine = this.#lf;
    this.#flags.crlfLfLines = this.#crlf && this.#lf;
    return {
      args: this.#args.pairs,
      files: this.#files,
      partHeaders: this.#headers,
      multipart: this.#flags,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #fail(message: string): void {
    this.#error ??= `Multipart: ${message}`;
  }

  /** Start of the next line that begins with the boundary; -1 where none comes. */
  #nextMark(from: number): number {
    for (
      let at = this.#body.indexOf(this.#mark, from);
      at >= 0;
      at = this.#body.indexOf(this.#mark, at + 1)
    ) {
      if (at === 0 || this.#body.charCodeAt(at - 1) === 10) {
        const after = this.#body.charCodeAt(at + this.#mark.length);
        // A longer boundary that only begins like ours is data of the part.
        if (Number.isNaN(after) || after === 13 || after === 10 || after === 45 || after === 32)
          return at;
        this.#flags.unmatchedBoundary = true;
      }
    }
    return -1;
  }

  #lineEnd(from: number): { end: number; next: number } {
    const feed = this.#body.indexOf("\n", from);
    if (feed < 0) return { end: this.#body.length, next: this.#body.length };
    const crlf = feed > from && this.#body.charCodeAt(feed - 1) === 13;
    if (crlf) this.#crlf = true;
    else this.#lf = true;
    return { end: crlf ? feed - 1 : feed, next: feed + 1 };
  }

  #after(from: number): void {
    if (from < this.#body.length) this.#flags.dataAfter = true;
  }

  /** Reads the part between two boundaries; false where a limit ends the reading. */
  #part(start: number, nextMark: number): boolean {
    if (++this.#parts > this.#limits.partLimit) {
      this.#fail(`more than ${this.#limits.partLimit} parts`);
      return false;
    }
    const stop = nextMark < 0 ? this.#body.length : nextMark;
    const lines: string[] = [];
    let at = start;
    for (;;) {
      if (at >= stop) {
        this.#flags.invalidPart = true;
        this.#fail("a part's headers have no end");
        break;
      }
      const line = this.#lineEnd(at);
      const text = this.#body.slice(at, line.end);
      at = line.next;
      if (text === "") break;
      this.#headerLine(text, lines);
    }
    const content = this.#content(at, stop, nextMark < 0);
    return this.#store(lines, content);
  }

  #headerLine(text: string, lines: string[]): void {
    if (/^[ \t]/.test(text) && lines.length > 0) {
      this.#flags.headerFolding = true;
      if (!/^[ \t]+\S/.test(text)) this.#flags.invalidHeaderFolding = true;
      lines[lines.length - 1] += ` ${text.trimStart()}`;
      return;
    }
    const colon = text.indexOf(":");
    if (colon <= 0) this.#fail("a part's header has no colon");
    else if (/[^\x21-\x7e]/.test(text.slice(0, colon))) {
      this.#fail("a part's header name holds an invalid character");
    }
    lines.push(text);
  }

  /** The line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1). */
  #content(start: number, stop: number, last: boolean): string {
    if (start >= stop) return "";
    const content = this.#body.slice(start, stop);
    if (/^--/m.test(content)) this.#flags.unmatchedBoundary = true;
    if (!content.endsWith("\n")) return content;
    const crlf = content.endsWith("\r\n");
    if (last) return content;
    if (crlf) this.#crlf = true;
    else this.#lf = true;
    return content.slice(0, crlf ? -2 : -1);
  }

  #store(lines: readonly string[], content: string): boolean {
    const disposition = lines.find((line) => /^content-disposition\s*:/i.test(line));
    const found: Disposition =
      disposition === undefined
        ? { name: undefined, filename: undefined }
        : parseDisposition(disposition.slice(disposition.indexOf(":") + 1), this.#flags);
    const name = found.name ?? "";
    if (found.name === undefined) {
      this.#flags.invalidPart = true;
      this.#fail("a part has no name");
    }
    for (const line of lines) this.#headers.push({ name, value: line });
    if (found.filename === undefined) return this.#args.add(name, content) || this.#overflow();
    if (this.#files.length >= this.#limits.uploadFileLimit) {
      this.#flags.fileLimitExceeded = true;
      this.#fail(`more than ${this.#limits.uploadFileLimit} files`);
      return false;
    }
    this.#files.push({ field: name, filename: found.filename, content });
    return true;
  }

  #overflow(): false {
    this.#fail(this.#args.overflow ?? "too many arguments");
    return false;
  }
}
