/** Takes out comments: C style, HTML, and from `--` or `#` to the end (reference manual, removeComments). */
export function removeComments(value: string): string {
  let out = "";
  let at = 0;
  while (at < value.length) {
    const end = commentEnd(value, at);
    if (end < 0) out += value[at++];
    else at = end;
  }
  return out;
}

function commentEnd(value: string, at: number): number {
  if (value.startsWith("/*", at)) return after(value, "*/", at + 2);
  if (value.startsWith("<!--", at)) return after(value, "-->", at + 4);
  return value.startsWith("--", at) || value[at] === "#" ? value.length : -1;
}

function after(value: string, mark: string, from: number): number {
  const end = value.indexOf(mark, from);
  return end < 0 ? value.length : end + mark.length;
}

/** Takes out only the marks of comments: slash-star, star-slash, `--`, `#`, and those of HTML. */
export function removeCommentsChar(value: string): string {
  return /[*#]|--/.test(value) ? value.replace(/\/\*|\*\/|<!--|-->|--|#/g, "") : value;
}
