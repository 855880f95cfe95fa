import { hexValue } from "#match/bytes.ts";
import { STRING } from "#type.ts";
import { type FunctionDefinition, literalText } from "#function/define.ts";

export const URL_FUNCTIONS: readonly FunctionDefinition[] = [
  {
    name: "url_decode",
    about: "%XX and + undone; option `r` until nothing is left to undo, `u` also %uXXXX.",
    params: [
      { name: "source", types: ["string"], form: "computed" },
      { name: "options", types: ["string"], form: "literal", optional: true },
    ],
    result: () => STRING,
    make: (given, refuse) => {
      const options = literalText(given, 1) ?? "";
      if (!/^(?:r?u?|ur)$/.test(options)) refuse(1, "the options are `r`, `u` or both");
      const unicode = options.includes("u");
      return options.includes("r")
        ? (source: string) => decodeAll(source, unicode)
        : (source: string) => decodeOnce(source, unicode);
    },
  },
  {
    name: "remove_query_args",
    about: "A query string without the named parameters.",
    params: [
      { name: "query", types: ["string"], form: "computed" },
      { name: "names", types: ["string"], repeated: true },
    ],
    result: () => STRING,
    make:
      () =>
      (query: string, ...names: string[]) =>
        query
          .split("&")
          .filter((pair) => {
            const equals = pair.indexOf("=");
            return !names.includes(equals < 0 ? pair : pair.slice(0, equals));
          })
          .join("&"),
  },
];

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

function decodeOnce(source: string, unicode: boolean): string {
  if (!source.includes("%") && !source.includes("+")) return source;
  let out = "";
  for (let i = 0; i < source.length; i++) {
    const char = source[i] as string;
    if (char === "+") out += " ";
    else if (char !== "%") out += char;
    else {
      const length = escapeAt(source, i, unicode);
      if (length === 0) out += "%";
      else {
        out += undo(source.slice(i, i + length));
        i += length - 1;
      }
    }
  }
  return out;
}

/**
 * Until there is nothing left to undo, in one pass: what an escape became may complete an earlier
 * one, so the end of the output is looked at again. Escapes never overlap, hence the sequence in
 * which they are undone makes no difference, and each step shortens the text: the time is linear.
 */
function decodeAll(source: string, unicode: boolean): string {
  if (!source.includes("%") && !source.includes("+")) return source;
  const out = Buffer.allocUnsafe(source.length);
  let end = 0;
  for (let i = 0; i < source.length; i++) {
    let byte = source.charCodeAt(i);
    for (;;) {
      out[end++] = byte === PLUS ? SPACE : byte;
      if (end >= 3 && out[end - 3] === PERCENT) {
        const low = hexValue(out[end - 1] as number);
        const high = hexValue(out[end - 2] as number);
        if (low >= 0 && high >= 0) {
          byte = high * 16 + low;
          end -= 3;
          continue;
        }
      }
      if (!unicode || end < 6 || out[end - 6] !== PERCENT) break;
      const escape = out.toString("latin1", end - 6, end);
      if (escapeAt(escape, 0, true) !== 6) break;
      const bytes = undo(escape);
      end -= 6;
      // Bytes of longer sequences neither are nor complete escapes.
      if (bytes.length > 1) {
        end += out.write(bytes, end, "latin1");
        break;
      }
      byte = bytes.charCodeAt(0);
    }
  }
  return out.toString("latin1", 0, end);
}

/** Length of the escape that begins at `index`: 3, 6 or 0. */
function escapeAt(text: string, index: number, unicode: boolean): number {
  const next = text.charCodeAt(index + 1);
  if (hexValue(next) >= 0) return hexValue(text.charCodeAt(index + 2)) >= 0 ? 3 : 0;
  if (!unicode || (next | 0x20) !== 0x75) return 0;
  for (let i = 2; i < 6; i++) if (hexValue(text.charCodeAt(index + i)) < 0) return 0;
  return 6;
}

/** `%41` to its byte, `%u00e9` to its UTF-8. */
function undo(escape: string): string {
  if (escape.length === 3) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
  const char = String.fromCharCode(Number.parseInt(escape.slice(2), 16));
  return Buffer.from(char.toWellFormed()).toString("latin1");
}
