import { parseIp } from "@egide/std/ip.ts";
import { compile } from "#compile/compile.ts";
import { ExprError } from "#error.ts";
import { parse } from "#parse/parse.ts";
import { print } from "#print.ts";
import { growFilter, growSample, type Pick } from "#testing/grow.ts";
import { interpret } from "#testing/interpret.ts";
import { REQUEST } from "#testing/sample.ts";

const encode = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === "span" ? undefined : inner));

/** Round trip and evaluation of one expression; what is wrong, or undefined. */
export function checkOne(pick: Pick): string | undefined {
  const node = growFilter(pick, 3);
  const text = print(node);
  const read = parse(text);
  if (encode(read) !== encode(node))
    return `read otherwise: ${text}\n${encode(node)}\n${encode(read)}`;
  const { evaluate } = compile(text, REQUEST);
  for (let i = 0; i < 4; i++) {
    const sample = growSample(pick, parseIp);
    const wanted = interpret(node, sample) === true;
    if (evaluate(sample) !== wanted) return `${text}\nis not ${wanted} for ${encode(sample)}`;
  }
  return undefined;
}

const PIECES: readonly string[] = [
  ...'( ) [ ] { } $ " \\ , . * # ~ ! = < > & | ^ - and or xor not in eq ne contains'.split(" "),
  ..."wildcard strict matches true http.host ip.src ssl http.request.headers any lower".split(" "),
  ...'concat split "a" r"(a" r# 192.0.2.0/24 ::1 1..5 -1 0x regex_replace é'.split(" "),
  " ",
  "\n",
];

/**
 * A text that is no expression, mostly: it is refused with a place inside of it, or it is one, and
 * then it prints as what it is.
 */
export function checkText(pick: Pick): string | undefined {
  const sound = pick(2) === 0 ? print(growFilter(pick, 2)) : "";
  let text = sound;
  for (let i = pick(6) + 1; i > 0; i--) {
    const at = pick(text.length + 1);
    const cut = pick(3) === 0 ? pick(5) : 0;
    text = text.slice(0, at) + (PIECES[pick(PIECES.length)] as string) + text.slice(at + cut);
  }
  try {
    const { evaluate } = compile(text, REQUEST);
    evaluate(growSample(pick, parseIp));
    const printed = print(parse(text));
    return print(parse(printed)) === printed ? undefined : `unstable: ${text}`;
  } catch (error) {
    if (!(error instanceof ExprError)) return `${text}\n${String(error)}`;
    const inside = error.offset >= 0 && error.offset <= text.length;
    return inside ? undefined : `${text}\n${error.message} at ${error.offset}`;
  }
}
