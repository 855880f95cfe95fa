import { refusal } from "#media/texts.ts";

/** Entries of the document's information (ISO 32000-2, 14.3.3) that tell of people, programs and times. */
const ENTRY =
  /\/(?:Author|Creator|Producer|Title|Subject|Keywords|Company|SourceModified|CreationDate|ModDate)\s*(?=\(|<(?!<))/g;
const XMP_BEGIN = "<?xpacket begin";
const XMP_END = "<?xpacket end";
const SPACE = 0x20;

/**
 * Blanks what a PDF says about itself, in place: strings of its information, and packets of XMP. Nothing
 * moves, so that its table of contents stays right. What is compressed stays as it is.
 */
export function scrubPdf(all: Uint8Array): Uint8Array {
  const out = Buffer.from(all);
  const text = out.toString("latin1");
  const entry = new RegExp(ENTRY);
  // What lies within a string is no entry: each letter is looked at once, however they are nested.
  for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
    const at = entry.lastIndex;
    const end = text[at] === "(" ? endOfString(text, at) : endOfHex(text, at);
    out.fill(SPACE, at + 1, end);
    entry.lastIndex = end;
  }
  // As the blanks left it: a bracket of theirs may have taken the end of a packet's frame.
  const left = out.toString("latin1");
  for (let at = left.indexOf(XMP_BEGIN); at >= 0; ) {
    const end = left.indexOf(XMP_END, at);
    if (end < 0) throw refusal("media.broken");
    // The packet's own frame stays, if it is whole: what stands between is empty then.
    const frame = left.slice(at, end).indexOf("?>");
    out.fill(SPACE, at + (frame < 0 ? XMP_BEGIN.length : frame + 2), end);
    at = left.indexOf(XMP_BEGIN, end);
  }
  return out;
}

/** Place of the bracket that closes a string (7.3.4.2). */
function endOfString(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\") at++;
    else if (sign === "(") depth++;
    else if (sign === ")" && --depth === 0) return at;
  }
  throw refusal("media.broken");
}

/** The same of one in hexadecimal (7.3.4.3). */
function endOfHex(text: string, from: number): number {
  const end = text.indexOf(">", from);
  if (end < 0) throw refusal("media.broken");
  return end;
}
