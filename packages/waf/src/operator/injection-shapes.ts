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

const word = /[\w.@$\x80-\xff]/;

/** The shape found, in libinjection's letters; undefined where none is. */
export function sqlShape(value: string): string | undefined {
  if (nestedComment(value)) return "X";
  const plain = callShape(value, 0);
  if (plain !== undefined) return plain;
  for (const quote of ["'", '"']) {
    const end = value.indexOf(quote);
    if (end < 0) continue;
    const after = skipSpace(value, end + 1);
    const call = callShape(value, after);
    if (call !== undefined) return `s${call}`;
    const condition = conditionShape(value, after);
    if (condition !== undefined) return `s${condition}`;
  }
  return undefined;
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
  return /[0-9]/.test(value[skipSpace(value, open + 1)] ?? "") ? "f(1)" : undefined;
}

/** `and 5=6`, `or x like y`, `|| 1<2`. */
function conditionShape(value: string, start: number): string | undefined {
  const logic = /^(?:and|or|xor|&&|\|\|)(?![\w])/i.exec(value.slice(start, start + 4));
  if (logic === null) return undefined;
  const left = skipSpace(value, start + logic[0].length);
  const leftEnd = operandEnd(value, left);
  if (leftEnd === left) return undefined;
  const at = skipSpace(value, leftEnd);
  const comparison = /^(?:[<>!]=|<>|[=<>]|like\s|rlike\s|regexp\s|between\s|in\s?\(|is\s)/i.exec(
    value.slice(at, at + 10),
  );
  return comparison === null ? undefined : "&1";
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

const breaksAttribute = /[\s/"'`\0]/;

/** An attribute `on…=` behind a `<` or a quote, whichever event it names. */
export function handlerShape(value: string): boolean {
  const lower = value.toLowerCase();
  const opened = lower.search(/[<"'`]/);
  if (opened < 0) return false;
  for (let at = lower.indexOf("on", opened + 1); at >= 0; at = lower.indexOf("on", at + 2)) {
    if (!breaksAttribute.test(lower[at - 1] as string)) continue;
    let end = at + 2;
    while (end - at < 40 && /[a-z]/.test(lower[end] ?? "")) end++;
    if (end - at >= 5 && lower[skipSpace(lower, end)] === "=") return true;
  }
  return false;
}
