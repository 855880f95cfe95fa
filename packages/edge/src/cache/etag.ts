/** Entity tags of a list, weakness flag kept, or null where it is `*`. Unquoted ones are taken too. */
export function parseTags(value: string): readonly string[] | null {
  if (value.trim() === "*") return null;
  const out: string[] = [];
  let i = 0;
  while (i < value.length) {
    const c = value[i];
    if (c === " " || c === "\t" || c === ",") {
      i++;
      continue;
    }
    const quote = value.indexOf('"', i);
    const comma = value.indexOf(",", i);
    // A comma inside of quotes belongs to the tag.
    if (quote >= 0 && (comma < 0 || quote < comma)) {
      const close = value.indexOf('"', quote + 1);
      const end = close < 0 ? value.length : close + 1;
      out.push(value.slice(i, end));
      i = end;
    } else {
      const end = comma < 0 ? value.length : comma;
      out.push(value.slice(i, end).trim());
      i = end;
    }
  }
  return out;
}

export function isWeak(tag: string): boolean {
  return tag.startsWith("W/");
}

function opaque(tag: string): string {
  return isWeak(tag) ? tag.slice(2) : tag;
}

/** RFC 9110, section 8.8.3.2. */
export function weakMatch(a: string, b: string): boolean {
  return opaque(a) === opaque(b);
}

export function strongMatch(a: string, b: string): boolean {
  return a === b && !isWeak(a);
}
