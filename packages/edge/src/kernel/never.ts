import { parsePrefix, type Prefix, PrefixMap } from "#kernel/prefix.ts";

/**
 * Addresses that are never banned, whoever asks: the operator's own, trusted proxies, verified bots,
 * ranges of a CDN. Each list has a source, which may renew it.
 */
export class NeverBan {
  readonly #lists = new Map<string, readonly Prefix[]>();
  #map = new PrefixMap<string>();

  /** Throws a TypeError for what is no block: configuration and data were checked before. */
  set(source: string, blocks: readonly string[]): void {
    const list = blocks.map((text) => {
      const prefix = parsePrefix(text);
      if (prefix === null) throw new TypeError(`not an address or block: ${text}`);
      return prefix;
    });
    this.#lists.set(source, list);
    this.#map = new PrefixMap();
    for (const [name, prefixes] of this.#lists) {
      for (const prefix of prefixes) this.#map.set(prefix, `${prefix.text} (${name})`);
    }
  }

  /** The entry that a ban of `prefix` would touch, be it wider or narrower; null where it touches none. */
  touches(prefix: Prefix): string | null {
    return this.#map.around(prefix, true) ?? this.#map.inside(prefix) ?? null;
  }

  prefixes(): Prefix[] {
    return [...this.#lists.values()].flat();
  }
}
