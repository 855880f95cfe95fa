import type { DiceNode, Node, QuoteNode } from "#markup/node.ts";

/** A node that was read at a place of the text, and where the text goes on. */
export interface Read {
  readonly node: Node;
  readonly end: number;
}

/*
 * Small things that stand by themselves in a line. Each reads at one place (`y`), looks a bounded
 * way ahead and has no two ways to match the same text, so that reading stays linear.
 */
const OWN = />>(\d{1,12})(?!\d)/y;
const CROSS = />>>\/([a-z0-9]{1,24})\/(?:(\d{1,12})(?!\d))?/y;
const DICE = /##(\d{1,2})d(\d{1,4})([+-]\d{1,4})?(?![\da-z])/y;

export function readQuote(text: string, at: number): { node: QuoteNode; end: number } | null {
  CROSS.lastIndex = at;
  const cross = CROSS.exec(text);
  if (cross !== null) {
    const no = cross[2] === undefined ? null : Number(cross[2]);
    return { node: { kind: "quote", board: cross[1] ?? "", no }, end: CROSS.lastIndex };
  }
  OWN.lastIndex = at;
  const own = OWN.exec(text);
  if (own === null) return null;
  return { node: { kind: "quote", board: null, no: Number(own[1]) }, end: OWN.lastIndex };
}

export const DICE_MOST = { count: 20, sides: 1000 } as const;

export function readDice(text: string, at: number): { node: DiceNode; end: number } | null {
  DICE.lastIndex = at;
  const match = DICE.exec(text);
  if (match === null) return null;
  const count = Number(match[1]);
  const sides = Number(match[2]);
  if (count < 1 || count > DICE_MOST.count || sides < 2 || sides > DICE_MOST.sides) return null;
  return {
    node: { kind: "dice", count, sides, add: Number(match[3] ?? 0) },
    end: DICE.lastIndex,
  };
}

const ADDRESS_MOST = 2048;

/** An address that begins at `at`, no further than `limit`; only http and https, with a host. */
export function readLink(text: string, at: number, limit: number): Read | null {
  if (!text.startsWith("http://", at) && !text.startsWith("https://", at)) return null;
  // In the middle of a word it is none.
  if (at > 0 && isWord(text.charCodeAt(at - 1))) return null;
  let end = at;
  while (end < limit && end - at <= ADDRESS_MOST && isAddress(text.charCodeAt(end))) end++;
  if (end - at > ADDRESS_MOST) return null;
  end = withoutPunctuation(text, at, end);
  const written = text.slice(at, end);
  const url = URL.parse(written);
  if (url === null || url.hostname === "") return null;
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // `https://bank.example@evil.example` shows one host and leads to another.
  if (url.username !== "" || url.password !== "") return null;
  return { node: { kind: "link", url: url.href, text: written }, end };
}

/** Signs that end a sentence are not the address's; neither is a bracket that it did not open. */
function withoutPunctuation(text: string, at: number, end: number): number {
  let opened = 0;
  let closed = 0;
  for (let i = at; i < end; i++) {
    if (text[i] === "(") opened++;
    else if (text[i] === ")") closed++;
  }
  let last = end;
  while (last > at) {
    const char = text[last - 1] as string;
    if (char === ")" && closed > opened) closed--;
    else if (!".,;:!?'*_~|]}".includes(char)) break;
    last--;
  }
  return last;
}

/** Everything but space, controls, quotation marks, angle brackets, backticks and backslashes. */
function isAddress(code: number): boolean {
  if (code <= 0x20 || code === 0x7f || code === 0xa0 || code === 0x3000) return false;
  if (code === 0x22 || code === 0x3c || code === 0x3e || code === 0x60 || code === 0x5c) {
    return false;
  }
  return code < 0x2000 || code > 0x206f;
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
