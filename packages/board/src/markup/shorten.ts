/** The beginning of a text, for a page that shows many. */
export interface Shortened {
  readonly html: string;
  readonly isCut: boolean;
}

/** A tag, an entity, a line end (only blocks of code have any), or plain characters. */
const PIECE = /<(\/?)([a-z]+)[^>]*>|&[a-z0-9#]+;|\n|[^<&\n]+/g;

/**
 * Cuts what `toHtml` wrote after so many characters or lines, and closes what is open then. It
 * relies on `toHtml` to have escaped every sign of the writer's.
 */
export function shorten(html: string, characters: number, lines: number): Shortened {
  const open: string[] = [];
  let out = "";
  let left = characters;
  let line = 1;
  for (const [piece, slash, name] of html.matchAll(PIECE)) {
    if (piece === "\n" || name === "br") line++;
    if (line > lines) return end(out, open);
    if (name === undefined) {
      const isEntity = piece.startsWith("&");
      if (left < (isEntity ? 1 : piece.length)) {
        return end(out + (isEntity ? "" : whole(piece.slice(0, left))), open);
      }
      left -= isEntity ? 1 : piece.length;
    } else if (slash === "/") open.pop();
    else if (name !== "br") open.push(name);
    out += piece;
  }
  return { html, isCut: false };
}

/** Without half of a character at its end. */
function whole(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}

function end(html: string, open: readonly string[]): Shortened {
  const closing = open.toReversed().map((name) => `</${name}>`);
  return { html: `${html}…${closing.join("")}`, isCut: true };
}
