/**
 * Shapes of injection that the libinjection inside libddwaf leaves out, though libinjection as
 * ModSecurity builds it finds them: libddwaf ships with the fingerprints thinned and event handlers
 * listed by name. Written from the meaning of the shapes: a value that ends a string and goes on
 * with a condition, a call of a function that an attacker gains by, a comment inside a comment, and
 * any `on…` attribute. Every scan is linear.
 */

/** Functions whose call with a constant, at the start of what is injected, serves no honest value. */
const functions =
  /^(?:ascii|benchmark|char|charindex|concat|concat_ws|convert|count|current_user|database|db_name|dbms_lock\.sleep|dbms_pipe\.receive_message|elt|exp|extractvalue|floor|group_concat|hex|if|ifnull|isnull|length|load_file|lower|make_set|md5|mid|ord|pg_sleep|rand|randomblob|repeat|schema|session_user|sha1|sleep|substr|substring|system_user|unhex|updatexml|upper|user|utl_http\.request|utl_inaddr\.get_host_address|version|xmltype|xp_cmdshell)$/i;

/** Names that are no English words, so that a space before the bracket changes nothing. */
const unmistakable = /sleep|benchmark|_|xml|rand|ifnull|substr|unhex/i;

const word = /[\w.@$\x80-\xff]/;

/** PostgreSQL's cast of what a call gave. */
const casts =
  /\)\s{0,4}::\s{0,4}(?:text|u?int\d?|bigint|integer|numeric|double|real|bool|jsonb?|varchar|date)/i;

/** The shape found, in libinjection's letters; undefined where none is. */
export function sqlShape(value: string): string | undefined {
  if (nestedComment(value)) return "X";
  const plain = callShape(value, 0) ?? numberShape(value) ?? statementShape(value);
  if (plain !== undefined) return plain;
  for (const quote of ["'", '"']) {
    const end = value.indexOf(quote);
    if (end < 0) continue;
    const shape = afterString(value, end + 1);
    if (shape !== undefined) return shape;
    // Two quotes within a string stand for one (SQL-92, 5.3): a third one ends it.
    const third = value.startsWith(quote + quote, end + 1) ? end + 3 : -1;
    const later = third < 0 ? undefined : afterString(value, third);
    if (later !== undefined) return later;
  }
  return undefined;
}

/** What goes on behind the quote that ended a string. */
function afterString(value: string, start: number): string | undefined {
  const after = skipSpace(value, start);
  const call = callShape(value, after);
  if (call !== undefined) return `s${call}`;
  const condition = conditionShape(value, after);
  if (condition !== undefined) return `s${condition}`;
  const rest = value.slice(after, after + 16);
  if (/^[*/%+^-]\s{0,6}(?:from|union|select|where|having)(?!\w)/i.test(rest)) return "sok";
  const compared = /^(?:[<>!]=|<>|[=<>]|(?:r?like|regexp|div|mod)(?=\s))/i.exec(rest);
  if (compared === null) return undefined;
  return quotes.has(value[skipSpace(value, after + compared[0].length)] ?? "") ? "sos" : undefined;
}

/**
 * `select * from`, `select min(name) from`, `select a, b from c where d not between`, and a call
 * whose result is cast, `f(x)::text`: nobody writes so but to a database.
 */
function statementShape(value: string): string | undefined {
  const start = value.slice(0, 240);
  if (
    /^[\s('"]{0,8}select\s{1,8}(?:\*|[\w.]{1,40}\s?\([^()]{0,60}\))\s{1,8}from(?!\w)/i.test(start)
  )
    return "Eok";
  const where =
    /^[\s('"]{0,8}select\s{1,8}[\w.,* \t]{1,80}\sfrom\s{1,8}[\w.]{1,40}\s{1,8}where\s{1,8}[\w.]{1,40}\s{0,8}(?:[=<>!]|(?:not|between|like|in|is)(?!\w))/i;
  if (where.test(start)) return "Enknk";
  return value.includes("::") && casts.test(value) ? "f(n)o" : undefined;
}

/** `/*` inside a comment: no honest text has it, and databases read it differently. */
function nestedComment(value: string): boolean {
  const open = value.indexOf("/*");
  if (open < 0) return false;
  const close = value.indexOf("*/", open + 2);
  const again = value.indexOf("/*", open + 2);
  return again >= 0 && (close < 0 || again < close || again === close + 1);
}

/** `name(` and a number: `sleep(20)`, `+ sleep(20.to_i)`. */
function callShape(value: string, start: number): string | undefined {
  const from = skipOperators(value, start);
  const end = wordEnd(value, from);
  if (end === from || !functions.test(value.slice(from, end))) return undefined;
  const open = skipSpace(value, end);
  if (value[open] !== "(") return undefined;
  const argument = skipSpace(value, open + 1);
  if (open > end) {
    // "sleep (8 hours)" is prose.
    if (!unmistakable.test(value.slice(from, end))) return undefined;
    return /^\d{1,20}\s{0,4}[),.]/.test(value.slice(argument, argument + 26)) ? "f(1)" : undefined;
  }
  return /[0-9]/.test(value[argument] ?? "") ? "f(1)" : undefined;
}

/** `and 5=6`, `or x like y`, `|| 1<2`. */
function conditionShape(value: string, start: number): string | undefined {
  const logic = /^(?:(?:and|or|xor)(?!\w)|&&|\|\|)/i.exec(value.slice(start, start + 4));
  if (logic === null) return undefined;
  const left = skipNot(value, skipSpace(value, start + logic[0].length));
  const leftEnd = operandEnd(value, left);
  if (leftEnd === left) return undefined;
  const at = skipSpace(value, leftEnd);
  const comparison = /^(?:[<>!]=|<>|[=<>]|like\s|rlike\s|regexp\s|between\s|in\s?\(|is\s)/i.exec(
    value.slice(at, at + 10),
  );
  if (comparison !== null) return "&1";
  // A constant alone is a condition too, where nothing but a comment or a quote follows.
  const constant = /^(?:[0-9'"]|(?:true|false|null)$)/i.test(value.slice(left, leftEnd));
  return constant && (at >= value.length || /^(?:--|[#;]|\/\*)/.test(value.slice(at, at + 2)))
    ? "&1"
    : undefined;
}

/** Behind any number of `not` and `!`. */
function skipNot(value: string, start: number): number {
  let at = start;
  for (let more = true; more; ) {
    const end = skipSpace(value, at);
    const negation = /^(?:not(?!\w)|!(?!=))/i.exec(value.slice(end, end + 4));
    more = negation !== null;
    at = end + (negation?.[0].length ?? 0);
  }
  return at;
}

/** `1 like 2--`, `-1) rlike sleep(5)`, `1 is not null`: a number that a condition goes on from. */
function numberShape(value: string): string | undefined {
  const number = /^\s{0,8}[-+]?\d{1,20}[\s)]{1,16}/.exec(value.slice(0, 48))?.[0];
  if (number === undefined) return undefined;
  const rest = value.slice(number.length, number.length + 40);
  if (/^is\s{1,8}(?:not\s{1,8})?null(?!\w)/i.test(rest)) return "1ov";
  const word = /^(?:r?like|regexp|div|mod|between)(?=[\s(])/i.exec(rest)?.[0];
  if (word === undefined) return undefined;
  const right = skipSpace(value, number.length + word.length);
  if (callShape(value, right) !== undefined) return "1of(1";
  const end = operandEnd(value, right);
  const constant = /^(?:[0-9'"]|(?:true|false|null)$)/i.test(value.slice(right, end));
  const after = skipSpace(value, end);
  return constant && /^(?:--|[#;=<>]|\/\*|is\s)/i.test(value.slice(after, after + 3))
    ? "1o1"
    : undefined;
}

/**
 * The value with each comment between words as a space, as databases read it: the library takes one
 * for a sign that none was meant. Undefined where there is none, or where it is more than a comment.
 */
export function withoutComments(value: string): string | undefined {
  if (!value.includes("/*") || value.includes("/*!")) return undefined;
  let text = "";
  let from = 0;
  for (let open = value.indexOf("/*"); open >= 0; open = value.indexOf("/*", from)) {
    const close = value.indexOf("*/", open + 2);
    if (close < 0) break;
    text += `${value.slice(from, open)} `;
    from = close + 2;
  }
  return from === 0 ? undefined : text + value.slice(from);
}

/**
 * A number with a word of SQL grown on to it, taken apart: databases read `1union` as `1 union`,
 * which the library does not. Undefined where nothing is to take apart.
 */
export function splitNumber(value: string): string | undefined {
  const found =
    /^(\s{0,8}[-+]?\d{1,20})((?:union|and|or|xor|order|group|having|limit|into|procedure|select|like|rlike|regexp|div|mod|between|is|in|char|exec|waitfor)\b.*)$/is.exec(
      value,
    );
  return found === null ? undefined : `${found[1]} ${found[2]}`;
}

function operandEnd(value: string, start: number): number {
  const quote = value[start];
  if (quote !== "'" && quote !== '"') return wordEnd(value, start);
  const end = value.indexOf(quote, start + 1);
  return end < 0 ? value.length : end + 1;
}

function wordEnd(value: string, start: number): number {
  let end = start;
  while (end < value.length && end - start < 64 && word.test(value[end] as string)) end++;
  return end;
}

function skipSpace(value: string, start: number): number {
  let at = start;
  while (at < value.length && /\s/.test(value[at] as string)) at++;
  return at;
}

function skipOperators(value: string, start: number): number {
  let at = start;
  while (at < value.length && /[\s+\-*/|&^%~!,;(]/.test(value[at] as string)) at++;
  return at;
}

const quotes = new Set(["'", '"']);
/** Elements that bring scripts or styles along by being there: SVG, XSL, data islands. */
const blackTag = /<(?:svg|xsl|(?:xml|xss)(?![\w.:-]))/i;
const breaksAttribute = /[\s/"'`\0]/;

/** Attributes that carry style or load by themselves. */
const blackNames = new Set(["dataformatas", "datasrc", "filter", "style"]);

/**
 * An attribute `on…=` behind a `<` or a quote, whichever event it names; inside a tag also the
 * attributes that carry style, and those of XML namespaces.
 */
export function handlerShape(value: string): boolean {
  if (blackTag.test(value)) return true;
  const lower = value.toLowerCase();
  const opened = lower.search(/[<"'`]/);
  if (opened < 0) return false;
  const tag = lower.indexOf("<");
  for (
    let equals = lower.indexOf("=", opened);
    equals >= 0;
    equals = lower.indexOf("=", equals + 1)
  ) {
    let end = equals;
    while (end > opened && /\s/.test(lower[end - 1] as string) && equals - end < 16) end--;
    let start = end;
    while (start > opened && end - start < 40 && /[a-z:-]/.test(lower[start - 1] as string))
      start--;
    if (start === 0 || !breaksAttribute.test(lower[start - 1] as string)) continue;
    const name = lower.slice(start, end);
    if (/^on[a-z]{3}/.test(name)) return true;
    if (tag >= 0 && tag < start && (blackNames.has(name) || /^(?:xmlns|xlink)/.test(name)))
      return true;
  }
  return false;
}
