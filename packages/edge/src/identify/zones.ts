/** Finds the zone that answers for a host: exact names first, then the longest wildcard, then `*`. */
export class ZoneTable<Zone> {
  readonly #exact = new Map<string, Zone>();
  readonly #below = new Map<string, Zone>();
  #rest: Zone | null = null;

  add(pattern: string, zone: Zone): void {
    if (pattern === "*") this.#rest = zone;
    else if (pattern.startsWith("*.")) this.#below.set(pattern.slice(2), zone);
    else this.#exact.set(pattern, zone);
  }

  find(host: string): Zone | null {
    const exact = this.#exact.get(host);
    if (exact !== undefined) return exact;
    if (this.#below.size > 0) {
      for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
        const zone = this.#below.get(host.slice(dot + 1));
        if (zone !== undefined) return zone;
      }
    }
    return this.#rest;
  }
}
