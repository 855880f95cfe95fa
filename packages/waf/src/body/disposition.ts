import type { MultipartFlags } from "#body/processor.ts";
import { urlDecode } from "#transform/url-decode.ts";

/** What a part's Content-Disposition says (RFC 7578, section 4.2). */
export interface Disposition {
  readonly name: string | undefined;
  readonly filename: string | undefined;
}

/** Reads `form-data; name="x"; filename="y"`; what is not written so raises a flag. */
export function parseDisposition(text: string, flags: MultipartFlags): Disposition {
  let name: string | undefined;
  let filename: string | undefined;
  let extended: string | undefined;
  const type = /^\s*([^;\s]*)\s*/.exec(text) as RegExpExecArray;
  if ((type[1] as string).toLowerCase() !== "form-data") flags.invalidPart = true;
  let rest = text.slice(type[0].length);
  while (rest.trim() !== "") {
    const mark = /^\s*(;?)\s*/.exec(rest) as RegExpExecArray;
    rest = rest.slice(mark[0].length);
    if (rest === "") break;
    if (mark[1] === "") flags.missingSemicolon = true;
    const found = /^([^\s=;]+)\s*=\s*/.exec(rest);
    if (found === null) {
      flags.invalidPart = true;
      break;
    }
    const value = readValue(rest.slice(found[0].length), flags);
    rest = value.rest;
    const key = (found[1] as string).toLowerCase();
    if (key === "name") {
      if (name !== undefined) flags.invalidPart = true;
      name ??= value.text;
    } else if (key === "filename") {
      if (filename !== undefined) flags.invalidPart = true;
      filename ??= value.text;
    } else if (key === "filename*") extended = urlDecode(value.text.replace(/^[^']*'[^']*'/, ""));
  }
  return { name, filename: filename ?? extended };
}

function readValue(text: string, flags: MultipartFlags): { text: string; rest: string } {
  if (text[0] !== '"') {
    const bare = /^[^;\s]*/.exec(text) as RegExpExecArray;
    if (bare[0].includes("'") || bare[0].includes('"') || bare[0] === "")
      flags.invalidQuoting = true;
    return { text: bare[0], rest: text.slice(bare[0].length) };
  }
  let out = "";
  for (let at = 1; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '"') {
      const rest = text.slice(at + 1);
      if (rest !== "" && !/^\s*;/.test(rest)) flags.invalidQuoting = true;
      return { text: out, rest };
    }
    // Browsers of old sent Windows paths unescaped: a backslash escapes only a quote or itself.
    if (char === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) out += text[++at];
    else out += char;
  }
  flags.invalidQuoting = true;
  return { text: out, rest: "" };
}
