/** A literal of two bytes or more, to be compared where a gram of it ends. */
export interface Candidate {
  /** In lower case. */
  readonly literal: string;
  /** From the gram's last byte back to the literal's first. */
  readonly back: number;
  readonly owners: readonly number[];
  /** The scan that last found it. */
  scan: number;
}

/** Folds ASCII upper case; every other byte is itself. */
export const folded = new Uint8Array(256);
for (let i = 0; i < 256; i++) folded[i] = i >= 65 && i <= 90 ? i + 32 : i;

/** Bits of a byte's class; classes are numbered so that literals' commonest bytes have one each. */
const classBits = 6;
const lastClass = (1 << classBits) - 1;
/** Bits of an index into the two tables, which stay in the fastest cache. */
const tableBits = 3 * classBits;
export const threeMask = (1 << tableBits) - 1;

/** Where four classes stand in the table. */
export function fourAt(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - tableBits);
}

/**
 * Literals by a part of theirs that is rare in honest text: four bytes, or what a shorter literal has.
 * A gram is the classes of bytes in a row, the last in the lowest place. Two tables of bits say
 * whether anything ends where three, or four, bytes are met; only then is anything looked up.
 */
export class Grams {
  readonly classes = new Uint8Array(256);
  /** A bit for three classes: a literal of three bytes, or the last two, of one of two. */
  readonly threes = new Int32Array(1 << (tableBits - 5));
  /** The same for literals of three bytes alone. */
  readonly #exactThrees = new Int32Array(1 << (tableBits - 5));
  /** A bit for the place of four classes. */
  readonly fours = new Int32Array(1 << (tableBits - 5));
  readonly #pairs: (Candidate[] | undefined)[] = [];
  readonly #triples = new Map<number, Candidate[]>();
  readonly #quads = new Map<number, Candidate[]>();

  constructor(literals: ReadonlyMap<string, readonly number[]>) {
    this.#classify([...literals.keys()]);
    for (let i = 0; i <= lastClass << classBits; i++) this.#pairs.push(undefined);
    for (const [literal, owners] of literals) if (literal.length > 1) this.#add(literal, owners);
  }

  /** Literals that end with the last two of these classes. */
  pairs(gram: number): readonly Candidate[] | undefined {
    return this.#pairs[gram & ((1 << (2 * classBits)) - 1)];
  }

  triples(gram: number): readonly Candidate[] | undefined {
    const word = this.#exactThrees[gram >> 5] as number;
    return (word & (1 << (gram & 31))) === 0 ? undefined : this.#triples.get(gram);
  }

  quads(gram: number): readonly Candidate[] | undefined {
    return this.#quads.get(gram);
  }

  #classify(literals: readonly string[]): void {
    const uses = new Map<number, number>();
    for (const literal of literals)
      for (let i = 0; i < literal.length; i++) {
        const byte = folded[literal.charCodeAt(i) & 255] as number;
        uses.set(byte, (uses.get(byte) ?? 0) + 1);
      }
    const sorted = [...uses].sort((a, b) => b[1] - a[1]);
    // Class 0 is "in no literal"; rare bytes share the last.
    for (const [index, [byte]] of sorted.entries())
      this.classes[byte] = Math.min(index + 1, lastClass);
    for (let byte = 65; byte <= 90; byte++) this.classes[byte] = this.classes[byte + 32] as number;
  }

  #add(literal: string, owners: readonly number[]): void {
    const size = Math.min(4, literal.length);
    const start = rarest(literal, size);
    const gram = this.#gram(literal, start, size);
    const candidate = { literal, back: start + size - 1, owners, scan: 0 };
    if (size === 2) {
      push(this.#pairs[gram], candidate, (list) => (this.#pairs[gram] = list));
      for (let before = 0; before <= lastClass; before++)
        mark(this.threes, (before << (2 * classBits)) | gram);
    } else if (size === 3) {
      push(this.#triples.get(gram), candidate, (list) => this.#triples.set(gram, list));
      mark(this.threes, gram);
      mark(this.#exactThrees, gram);
    } else {
      push(this.#quads.get(gram), candidate, (list) => this.#quads.set(gram, list));
      mark(this.fours, fourAt(gram));
    }
  }

  #gram(literal: string, start: number, size: number): number {
    let gram = 0;
    for (let i = 0; i < size; i++)
      gram = (gram << classBits) | (this.classes[literal.charCodeAt(start + i) & 255] as number);
    return gram;
  }
}

function push(
  list: Candidate[] | undefined,
  candidate: Candidate,
  begin: (list: Candidate[]) => void,
): void {
  if (list === undefined) begin([candidate]);
  else list.push(candidate);
}

function mark(table: Int32Array, at: number): void {
  table[at >> 5] = (table[at >> 5] as number) | (1 << (at & 31));
}

/** Where the gram of a literal begins that honest text has least often. */
function rarest(literal: string, size: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start + size <= literal.length; start++) {
    let common = Number.POSITIVE_INFINITY;
    for (let at = start; at < start + size - 1; at++)
      common = Math.min(common, counts[pairOf(literal, at)] as number);
    if (common >= least) continue;
    least = common;
    best = start;
  }
  return best;
}

function pairOf(text: string, at: number): number {
  return (
    ((folded[text.charCodeAt(at) & 255] as number) << 8) |
    (folded[text.charCodeAt(at + 1) & 255] as number)
  );
}

/** What honest requests and pages are made of: it says which pairs of bytes are common. */
const sample = `
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>a page</title><link rel="stylesheet"
href="/style.css"><script src="/js/main.js"></script></head><body class="home"><div id="content"><h1>news
</h1><p>there is nothing that the people of this town would rather do in the evening than walk along the
old harbour and look at the boats which are coming home; and then they have their dinner at the inn, where
it is said to be very good.</p><ul><li><a href="https://www.example.com/articles/2024/12/walking-and-eating">
more information about this</a></li></ul><table><tr><td>10 km</td><td>2 h</td></tr></table><img src="/images/
photo-100.jpg" alt="our house" width="640" height="480"><br>nous avons mangé du poisson dans un restaurant
qui est près du port, et les enfants ont joué sur la plage avec leurs amis pendant que le soleil se couchait.
mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/131.0.0.0 safari/537.36
text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8 gzip, deflate, br, zstd
en-gb,en;q=0.7,fr;q=0.3 keep-alive same-origin navigate document session=0123456789abcdef; theme=dark; _ga=ga1.2.
1234567890.1700000000 get /search?page=2&sort=date&q=hello+world&lang=en http/1.1 application/x-www-form-urlencoded
{"id":12345,"name":"marie","email":"marie@example.com","tags":["sea","walk"],"open":true,"price":34.50}
</div><footer>made with care, all rights reserved, contact us for any question you may have</footer></body></html>`;

const counts = new Uint16Array(65_536);
for (let i = 0; i + 1 < sample.length; i++) {
  const pair = pairOf(sample, i);
  counts[pair] = (counts[pair] as number) + 1;
}
