/**
 * Finds what belongs to a host name among exact names, `*.example.org` (any depth below it, the
 * longest pattern wins) and `*` (everything else). Patterns and names are lower case.
 */
export class NameIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #below = new Map<string, T>();
  #rest: T | null = null;

  /** The first owner of a pattern keeps it; answers whether it was free. */
  add(pattern: string, value: T): boolean {
    if (pattern === "*") {
      if (this.#rest !== null) return false;
      this.#rest = value;
      return true;
    }
    const wildcard = pattern.startsWith("*.");
    const map = wildcard ? this.#below : this.#exact;
    const key = wildcard ? pattern.slice(2) : pattern;
    if (map.has(key)) return false;
    map.set(key, value);
    return true;
  }

  find(name: string): T | null {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    if (this.#below.size > 0) {
      for (let dot = name.indexOf("."); dot !== -1; dot = name.indexOf(".", dot + 1)) {
        const found = this.#below.get(name.slice(dot + 1));
        if (found !== undefined) return found;
      }
    }
    return this.#rest;
  }
}
