import { cleanText } from "#move/source/clean.ts";
import { decodeEntities } from "#move/source/html-text.ts";

/** What vichan keeps between the lines of a text: flags, public words of a ban, raw HTML. */
export interface Modified {
  readonly text: string;
  readonly modifiers: ReadonlyMap<string, string>;
}

const MODIFIER = /<tinyboard ([\w\s]{1,40})>([^]{0,4000}?)<\/tinyboard>/g;

export function takeModifiers(written: string): Modified {
  const modifiers = new Map<string, string>();
  const text = written.replace(MODIFIER, (all: string, name: string, value: string) => {
    // Somebody wrote it as text; vichan marks that so.
    if (name.startsWith("escape ")) return all.replaceAll("tinyboard escape ", "tinyboard ");
    modifiers.set(name, decodeEntities(value));
    return "";
  });
  return { text, modifiers };
}

/** vichan: `**spoiler**`; the rest of its markup is ours too. */
export function fromVichan(written: string): string {
  return outsideCode(cleanText(written), (text) =>
    text.replace(/\*\*([^\n]+?)\*\*/g, "||$1||"),
  ).trimEnd();
}

/** jschan: `''bold''` and `**italics**`. */
export function fromJschan(written: string): string {
  return outsideCode(cleanText(written), (text) =>
    text
      // Both at once: one after the other would turn the first into the second.
      .replace(/''([^\n]+?)''|\*\*([^\n]+?)\*\*/g, (_, bold?: string, italic?: string) =>
        bold === undefined ? `''${italic ?? ""}''` : `'''${bold}'''`,
      ),
  ).trimEnd();
}

/** Code is nobody's markup. */
function outsideCode(text: string, turn: (text: string) => string): string {
  return text
    .split(/(\[code\][^]*?\[\/code\])/)
    .map((part, index) => (index % 2 === 0 ? turn(part) : part))
    .join("");
}
