/** What is to be forgotten. URLs are absolute, without fragment; tags as in Cache-Tag. */
export type PurgeTarget =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "tag"; readonly tag: string }
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "all" };

/** One purge as it travels between workers and lies in the log. Plain data. */
export interface PurgeEvent {
  readonly zone: string;
  readonly target: PurgeTarget;
  /** Stale at once, but still good for validation and for the stale windows. */
  readonly soft: boolean;
  readonly stamp: number;
}

/** What the table compares: see Meta. */
export interface Purgeable {
  readonly url: string;
  readonly tags: readonly string[];
  readonly stamp: number;
}

interface Stamps {
  hard: number;
  soft: number;
}

interface ZoneTable {
  readonly urls: Map<string, Stamps>;
  readonly prefixes: Map<string, Stamps>;
  readonly tags: Map<string, Stamps>;
  readonly hosts: Map<string, Stamps>;
  readonly all: Stamps;
  /** The latest purge by tag, whichever. */
  lastTag: number;
}

/** Prefixes of a zone that are kept apart; beyond, the oldest become a purge of their whole zone. */
const MAX_PREFIXES = 1024;
/** The same for URLs and for tags. */
const MAX_NAMES = 65_536;

/**
 * Purges are remembered, and stored responses compared with them when they are next touched. So a
 * purge costs the same whatever is stored, reaches what other workers or a disk hold, and catches the
 * response that was on its way in when it came: its request is older than the purge.
 */
export class PurgeTable {
  readonly #zones = new Map<string, ZoneTable>();
  readonly #now: () => number;
  #last = 0;
  /** Grows with each purge: entries that have seen this number need no second look. */
  serial = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A moment later than all before: milliseconds with room for a thousand within each. */
  stamp(): number {
    this.#last = Math.max(this.#last + 1, this.#now() * 1000);
    return this.#last;
  }

  /** Takes an event of this or another worker; what is stored here now is older than it. */
  apply(event: PurgeEvent): void {
    this.#last = Math.max(this.#last, event.stamp);
    this.#record(event, this.stamp());
  }

  /** Takes an event of an earlier run, whose stamp means what it says. */
  restore(event: PurgeEvent): void {
    this.#last = Math.max(this.#last, event.stamp);
    this.#record(event, event.stamp);
  }

  #record(event: PurgeEvent, stamp: number): void {
    const table = this.#table(event.zone);
    const { target } = event;
    this.serial++;
    switch (target.kind) {
      case "url":
        mark(table.urls, target.url, event.soft, stamp, MAX_NAMES, table.all);
        break;
      case "prefix":
        mark(table.prefixes, target.prefix, event.soft, stamp, MAX_PREFIXES, table.all);
        break;
      case "tag":
        table.lastTag = stamp;
        mark(table.tags, target.tag.toLowerCase(), event.soft, stamp, MAX_NAMES, table.all);
        break;
      case "host":
        mark(table.hosts, target.host.toLowerCase(), event.soft, stamp, MAX_NAMES, table.all);
        break;
      case "all":
        raise(table.all, event.soft, stamp);
        break;
    }
  }

  /** Whether `item` was purged after it was asked for: hard wins over soft. */
  verdict(zone: string, item: Purgeable): "keep" | "soft" | "hard" {
    const table = this.#zones.get(zone);
    if (table === undefined) return "keep";
    let soft = table.all.soft > item.stamp;
    if (table.all.hard > item.stamp) return "hard";
    const look = (stamps: Stamps | undefined): boolean => {
      if (stamps === undefined) return false;
      if (stamps.soft > item.stamp) soft = true;
      return stamps.hard > item.stamp;
    };
    if (look(table.urls.get(item.url)) || look(table.hosts.get(hostOf(item.url)))) return "hard";
    for (const tag of item.tags) if (look(table.tags.get(tag))) return "hard";
    for (const [prefix, stamps] of table.prefixes) {
      if (item.url.startsWith(prefix) && look(stamps)) return "hard";
    }
    return soft ? "soft" : "keep";
  }

  /** Whether a purge after `stamp` may concern a response for `url` whose tags aren't known yet. */
  since(zone: string, url: string, stamp: number): boolean {
    const table = this.#zones.get(zone);
    if (table === undefined) return false;
    return table.lastTag > stamp || this.verdict(zone, { url, tags: [], stamp }) !== "keep";
  }

  #table(zone: string): ZoneTable {
    let table = this.#zones.get(zone);
    if (table === undefined) {
      table = {
        urls: new Map(),
        prefixes: new Map(),
        tags: new Map(),
        hosts: new Map(),
        all: { hard: 0, soft: 0 },
        lastTag: 0,
      };
      this.#zones.set(zone, table);
    }
    return table;
  }
}

function raise(stamps: Stamps, soft: boolean, stamp: number): void {
  if (soft) stamps.soft = Math.max(stamps.soft, stamp);
  else stamps.hard = Math.max(stamps.hard, stamp);
}

function mark(
  map: Map<string, Stamps>,
  name: string,
  soft: boolean,
  stamp: number,
  limit: number,
  overflow: Stamps,
): void {
  const stamps = map.get(name) ?? { hard: 0, soft: 0 };
  raise(stamps, soft, stamp);
  map.delete(name);
  map.set(name, stamps);
  if (map.size <= limit) return;
  for (const [oldest, known] of map) {
    // Forgetting it would bring back what was purged: purge more instead.
    overflow.hard = Math.max(overflow.hard, known.hard);
    overflow.soft = Math.max(overflow.soft, known.soft);
    map.delete(oldest);
    return;
  }
}

/** `https://example.org/a` → `example.org`, port included. */
function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
